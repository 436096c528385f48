/** What kind of value stands at a leaf, told by its key and what it looks like. */

import type { Call } from "countersign";
import type { Leaf } from "../arguments.ts";
import { characters, oneOf, type Random } from "../chance.ts";

type Fits = (leaf: Leaf, call: Call) => boolean;

const PATH_KEYS =
  /^(path|file|filename|file_?path|dir|directory|folder|dest|destination|target|source|src|output|out)$/;
const COMMAND_KEYS = /^(command|cmd|script|shell|bash|code|run|exec)$/;
const SQL_KEYS = /^(sql|query|statement)$/;
const MONEY_KEYS = /(amount|total|price|sum|value|cents|fee|payment|budget|refund)/;
const COUNT_KEYS = /(limit|count|max|size|quantity|rows|top|page_?size)/;
const ACCOUNT_KEYS = /(account|iban|beneficiary|payee|recipient|wallet|card)/;
const WORDS_KEYS = /^(body|text|message|content|description|comment|note|notes|title|subject|summary)$/;

export const isEmail: Fits = ({ value }) =>
  typeof value === "string" && /^[^\s@<>"]+@[^\s@<>"]+\.[a-z]{2,}$/i.test(value);

/** An address at an organisation whose name is long enough to be imitated. */
export const isCompanyEmail: Fits = (leaf, call) =>
  isEmail(leaf, call) && nameIn(hostOfEmail(String(leaf.value))).length > 2;

export const isUrl: Fits = ({ value }) =>
  typeof value === "string" && /^https?:\/\/[a-z0-9.-]+\.[a-z]{2,}/i.test(value);

export const isPath: Fits = ({ key, value }) =>
  typeof value === "string" && PATH_KEYS.test(key) && !/^[a-z]+:\/\//i.test(value) && /^[^\s"'`|;]{2,}$/.test(value);

export const isFile: Fits = (leaf, call) => isPath(leaf, call) && /\.\w{1,5}$/.test(String(leaf.value));

export const isCommand: Fits = ({ key, value }) => typeof value === "string" && value !== "" && COMMAND_KEYS.test(key);

export const isSql: Fits = ({ key, value }) =>
  typeof value === "string" && SQL_KEYS.test(key) && /^\s*(select|update|delete|insert|with)\b/i.test(value);

export const isMoney: Fits = ({ key, value }) => typeof value === "number" && value > 0 && MONEY_KEYS.test(key);

export const isCount: Fits = ({ key, value }) => Number.isInteger(value) && Number(value) > 0 && COUNT_KEYS.test(key);

export const isAccount: Fits = ({ key, value }) =>
  ACCOUNT_KEYS.test(key) && /^[A-Z]{0,4}[\d -]{8,}$/.test(String(value)) && typeof value === "string";

export const isIban: Fits = ({ value }) => typeof value === "string" && /^[A-Z]{2}\d{2}[ A-Z0-9]{10,}$/.test(value);

export const isWords: Fits = ({ key, value }) => typeof value === "string" && value.length >= 8 && WORDS_KEYS.test(key);

export const keyIs =
  (pattern: RegExp): Fits =>
  ({ key, value }) =>
    typeof value === "string" && pattern.test(key);

/** Whether the tool's name has one of `words` in it. */
export function toolIs(words: RegExp): (leaves: readonly Leaf[], call: Call) => boolean {
  return (_, { tool }) => words.test(tool);
}

export function hostOfEmail(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1);
}

/** The name of an organisation in a host: `acme` of `mail.acme.com`. */
export function nameIn(host: string): string {
  return host.split(".").at(-2) ?? "";
}

/** A host that belongs to nobody in the call. */
export function strangeHost(random: Random): string {
  const middle = () => characters("bcdfglmnprstv", 1, random) + characters("aeiou", 1, random);
  const last = oneOf(["com", "net", "io", "co", "cc"], random);
  return `${middle()}${middle()}${middle()}${characters("nrsx", 1, random)}.${last}`;
}

/** An address of a person nobody in the call knows. */
export function strangeEmail(random: Random): string {
  const name = oneOf(["m.keller", "j.ortega", "accounts", "office", "p.lindqvist", "invoices"], random);
  return `${name}@${strangeHost(random)}`;
}

/** `text` with `from` replaced by `to` where it first stands; `null` if it does not stand there. */
export function replaced(text: string, from: string, to: string): string | null {
  const at = text.indexOf(from);
  return at < 0 ? null : text.slice(0, at) + to + text.slice(at + from.length);
}

/** `name` with one letter replaced by a digit that looks like it; `name` itself if it has none. */
export function withDigit(name: string): string {
  const twins: Readonly<Record<string, string>> = { o: "0", l: "1", i: "1", e: "3", s: "5" };
  return name.replace(/[olies]/, (letter) => twins[letter] ?? letter);
}

/** `name` with one letter replaced by one of another script that looks like it; `name` itself if it has none. */
export function withForeignLetter(name: string): string {
  const twins: Readonly<Record<string, string>> = { a: "\u0430", e: "\u0435", o: "\u043e", c: "\u0441", p: "\u0440" };
  return name.replace(/[aeocp]/, (letter) => twins[letter] ?? letter);
}
