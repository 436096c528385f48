/** Who decides the parts of a file: for a large one a worker for each core, else this worker. */

import { type Remote, wrap } from "comlink";
import { loadPolicy, type Policy, type Widening, wideningOf } from "countersign";
import type { Failure } from "../api.ts";
import type { InForce } from "../room.ts";
import { type ComparedLines, compareLines, type DecidedLines, decideLines, type Lines } from "./part.ts";
import type { Slice } from "./run-parts.ts";
import { startPartWorker } from "./trusted-part.ts";

const PARTS_MAX = 8;

/** Decides parts, one at a time. */
export interface Part {
  decide(lines: Lines): Promise<DecidedLines | Failure>;
  /** Compares decisions of the policy before with those of the policy. */
  compare(slice: Slice): Promise<ComparedLines | Failure>;
  /** What of the policy is looser than the policy before. */
  widening(): Promise<Widening>;
  end(): void;
}

/** What a policy is loaded from. */
type PolicyTexts = Omit<InForce, "policy">;

/** A worker that decides parts, as the one that started it sees it. */
export interface PartApi {
  load(policy: PolicyTexts, before: PolicyTexts | null): Promise<void>;
  decide(lines: Lines): Promise<DecidedLines | Failure>;
  compare(slice: Slice): Promise<ComparedLines | Failure>;
  widening(): Promise<Widening>;
}

/** What is started where there is use for `count`: as many as there are cores, or this worker alone. */
export async function startParts(count: number, by: InForce, before: InForce | null): Promise<readonly Part[]> {
  const cores = typeof Worker === "undefined" ? 1 : Math.min(count, navigator.hardwareConcurrency || 1, PARTS_MAX);
  if (cores <= 1) return [{ ...deciding(by.policy, before?.policy ?? null), end: () => undefined }];
  return startWorkers(cores, by, before);
}

/** A worker of its own, which can be ended in the middle; this one where there are no others. */
export async function startAlone(by: InForce, before: InForce): Promise<Part> {
  const [part] = typeof Worker === "undefined" ? [] : await startWorkers(1, by, before);
  return part ?? { ...deciding(by.policy, before.policy), end: () => undefined };
}

async function startWorkers(count: number, by: InForce, before: InForce | null): Promise<readonly Part[]> {
  const parts = Array.from({ length: count }, () => startPart());
  try {
    await Promise.all(parts.map((part) => part.load(textsOf(by), before && textsOf(before))));
    return parts;
  } catch (error) {
    for (const part of parts) part.end();
    throw error;
  }
}

function textsOf({ text, tools }: InForce): PolicyTexts {
  return { text, tools };
}

function deciding(policy: Policy, before: Policy | null): Omit<Part, "end"> {
  const other = () => {
    if (before === null) throw new Error("no policy to compare with was given");
    return before;
  };
  return {
    decide: (lines) => decideLines(policy, lines),
    compare: async (slice) => compareLines(other(), policy, slice),
    widening: async () => wideningOf(other(), policy),
  };
}

function startPart(): Part & PartApi {
  const worker = startPartWorker();
  const gone = new Promise<never>((_, reject) => {
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      reject(new Error(event.message || "a worker's script could not be loaded"));
    });
    worker.addEventListener("messageerror", () => reject(new Error("a worker's answer could not be read")));
  });
  // Nobody may be waiting when it goes; the next question tells.
  gone.catch(() => undefined);
  const api: Remote<PartApi> = wrap<PartApi>(worker);
  return {
    load: (policy, before) => Promise.race([api.load(policy, before), gone]),
    decide: (lines) => Promise.race([api.decide(lines), gone]),
    compare: (slice) => Promise.race([api.compare(slice), gone]),
    widening: () => Promise.race([api.widening(), gone]),
    end: () => worker.terminate(),
  };
}

/** What a worker that was started to decide parts answers. */
export function createPartApi(): PartApi {
  let part: Omit<Part, "end"> | null = null;
  const loaded = ({ text, tools }: PolicyTexts) => loadPolicy(text, tools === null ? {} : { tools });
  const ready = () => {
    if (part === null) throw new Error("no policy was given");
    return part;
  };
  return {
    async load(policy, before) {
      part = deciding(await loaded(policy), before && (await loaded(before)));
    },
    decide: async (lines) => ready().decide(lines),
    compare: async (slice) => ready().compare(slice),
    widening: async () => ready().widening(),
  };
}
