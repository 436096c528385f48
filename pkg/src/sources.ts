/** Texts, bytes and limits as callers give them, checked. */
import type { Source } from "./core.js";
import type { Limits, PolicySource, ToolSource } from "./types.js";

/** How policies are loaded. */
export interface LoadOptions {
  /** Raises or lowers how large each policy may be. */
  readonly limits?: Partial<Limits>;
  /**
   * The tools that there are. The policies are checked against them, and no call is allowed that does not fit them:
   * what the policies would allow then escalates, with the cause `misfit`.
   */
  readonly tools?: ToolSource;
}

/** The policies that were given, one or more. */
export function sourcesOf(given: PolicySource | readonly PolicySource[]): readonly Source[] {
  const list: readonly PolicySource[] = Array.isArray(given) ? given : [given as PolicySource];
  if (list.length === 0) throw new TypeError("at least one policy is needed: none would let everything be undecided");
  return list.map((one, index) => sourceOf(one, list.length === 1 ? "policy" : `policy ${index + 1}`));
}

function sourceOf(given: PolicySource, unnamed: string): Source {
  if (typeof given === "string" || isBytes(given)) return { name: unnamed, text: bytesOf(given) };
  if (typeof given !== "object" || given === null) throw notASource();
  const { name = unnamed, text } = given;
  if (typeof name !== "string") throw new TypeError("the `name` of a policy must be a string");
  return { name, text: bytesOf(text) };
}

/** The tool catalogue that was given. */
export function toolsOf(given: ToolSource): Source {
  if (typeof given === "string" || isBytes(given)) return { name: "tools", text: bytesOf(given) };
  if (typeof given !== "object" || given === null) throw notTools();
  if (!("text" in given) || "tools" in given) return { name: "tools", text: bytesOf(jsonOf(given)) };
  const { name = "tools", text } = given;
  if (typeof name !== "string") throw new TypeError("the `name` of a tool catalogue must be a string");
  if (typeof text !== "string" && !isBytes(text)) throw notTools();
  return { name, text: bytesOf(text) };
}

/** On lines of their own, so that the place of a problem says something. */
function jsonOf(tools: object): string {
  const json: string | undefined = JSON.stringify(tools, null, 1);
  if (json === undefined) throw notTools();
  return json;
}

function notTools(): TypeError {
  return new TypeError("`tools` must be a list of tools, { tools }, a string, a Uint8Array or { name?, text }");
}

function bytesOf(text: string | Uint8Array): Uint8Array {
  // What is not Unicode becomes U+FFFD, which the engine reports at its place.
  if (typeof text === "string") return new TextEncoder().encode(text);
  if (!isBytes(text)) throw notASource();
  return new Uint8Array(text.buffer, text.byteOffset, text.byteLength);
}

function notASource(): TypeError {
  return new TypeError("a policy must be given as a string, a Uint8Array or { name?, text }");
}

/** The limits that were given. */
export function limitsOf(given: Partial<Limits> | undefined): Partial<Limits> | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== "object" || given === null) throw new TypeError("`limits` must be an object");
  const written = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [name, value] of written) {
    if (!["bytes", "depth", "nodes"].includes(name)) {
      throw new TypeError(`unknown limit \`${name}\`: the limits are \`bytes\`, \`depth\` and \`nodes\``);
    }
    if (!Number.isInteger(value) || value < 1 || value > LIMIT_MAX) {
      throw new RangeError(`the limit \`${name}\` must be an integer from 1 to ${LIMIT_MAX}`);
    }
  }
  return Object.fromEntries(written);
}

/** What the engine's memory can count. */
const LIMIT_MAX = 2 ** 32 - 1;

/** Whether `value` is bytes, also those of another realm, such as a frame's. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Uint8Array]";
}
