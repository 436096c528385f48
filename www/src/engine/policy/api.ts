/** What the page asks about a policy text, and what comes back. */

import type { Completions, Description, Diagnostic, Digest, PolicySummary, TestResult } from "countersign";
import type { Tools } from "../simulate/api.ts";
import type { TokenTable } from "./tokens.ts";

/** A rule as the engine understood it. */
export type RuleSummary = PolicySummary["rules"][number];

/** A policy that decides. */
export interface InForce {
  readonly digest: Digest;
  readonly policies: readonly PolicySummary[];
}

/** What became of one test of the policy. */
export type TestOutcome = Pick<TestResult, "name" | "span" | "passed" | "message" | "fix">;

/** What became of all. */
export interface TestsOutcome {
  readonly passed: number;
  readonly failed: number;
  readonly tests: readonly TestOutcome[];
  /** Of each rule of the policy, in how many tests it decides. */
  readonly decides: Uint32Array;
  /** Of each rule, in how many tests it matches, or may match. */
  readonly matches: Uint32Array;
}

/** What the engine says about a policy text. */
export interface Checked {
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly tokens: TokenTable;
  /** `null` if the text has errors: then nothing is decided. */
  readonly policy: InForce | null;
  /** `null` if there is no policy. */
  readonly tests: TestsOutcome | null;
}

export interface CheckApi {
  /**
   * Checks a text and puts its policy in force, or none if it has errors. From now on policies are loaded with the catalogue
   * `tools`, or with none; left out, it is as before. It comes with the text, so that no policy decides without it.
   */
  check(text: string, tools?: Tools | null): Promise<Checked>;
}

export interface HelpApi {
  /** What can stand at a place of a text, in UTF-16 code units. */
  complete(text: string, offset: number): Promise<Completions | null>;
  /** What the word at a place of a text means. */
  describe(text: string, offset: number): Promise<Description | null>;
  /** Says what is wrong with a file that is no text; changes nothing. */
  checkFile(name: string, bytes: Uint8Array): Promise<string>;
}

export type PolicyApi = CheckApi & HelpApi;
