/** Who decides the parts of a file: for a large one a worker for each core, else this worker. */

import { type Remote, wrap } from "comlink";
import { loadPolicy, type Policy } from "countersign";
import type { Failure } from "../api.ts";
import { type DecidedLines, decideLines, type Lines } from "./part.ts";
import { startPartWorker } from "./trusted-part.ts";

const PARTS_MAX = 8;

/** Decides parts, one at a time. */
export interface Part {
  decide(lines: Lines): Promise<DecidedLines | Failure>;
  end(): void;
}

/** A worker that decides parts, as the one that started it sees it. */
export interface PartApi {
  load(policyText: string): Promise<void>;
  decide(lines: Lines): Promise<DecidedLines | Failure>;
}

/** What is started where there is use for `count`: as many as there are cores, or this worker alone. */
export async function startParts(count: number, policy: Policy, policyText: string): Promise<readonly Part[]> {
  const cores = typeof Worker === "undefined" ? 1 : Math.min(count, navigator.hardwareConcurrency || 1, PARTS_MAX);
  if (cores <= 1) return [{ decide: (lines) => decideLines(policy, lines), end: () => undefined }];
  const parts = Array.from({ length: cores }, () => startPart());
  try {
    await Promise.all(parts.map((part) => part.load(policyText)));
    return parts;
  } catch (error) {
    for (const part of parts) part.end();
    throw error;
  }
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
    load: (policyText) => Promise.race([api.load(policyText), gone]),
    decide: (lines) => Promise.race([api.decide(lines), gone]),
    end: () => worker.terminate(),
  };
}

/** What a worker that was started to decide parts answers. */
export function createPartApi(): PartApi {
  let policy: Policy | null = null;
  return {
    async load(policyText) {
      policy = await loadPolicy(policyText);
    },
    async decide(lines) {
      if (policy === null) throw new Error("no policy was given");
      return decideLines(policy, lines);
    },
  };
}
