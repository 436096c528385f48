/**
 * The page's side of the engine: starts the worker, notices when it is gone, and starts it again when asked.
 *
 * While the engine is not ready nothing is decided; there is no other way to an answer.
 */

import { signal } from "@preact/signals";
import { proxy, type Remote, releaseProxy, wrap } from "comlink";
import { BUILD } from "../build.ts";
import { ofOneBuild } from "../offline/approvals.ts";
import { findPlace, NoSession } from "../place.ts";
import type { EngineApi } from "./api.ts";
import { startWorker } from "./trusted.ts";

export type EngineStatus =
  | { readonly state: "starting" }
  | { readonly state: "ready" }
  /** `what` has failed: the engine, or the session with the server of this page. */
  | { readonly state: "failed"; readonly what: "engine" | "session"; readonly message: string };

export const engine = signal<EngineStatus>({ state: "starting" });

/** Why the server of this page does not answer; `null` while it does, and where there is none. */
export const server = signal<string | null>(null);

/** Longer than any answer should take, even for a large policy on a slow machine. */
const ANSWER_MS_MAX = 30_000;

interface Running {
  readonly worker: Worker;
  readonly api: EngineApi;
  release(): void;
  /** Never fulfilled; rejected when the engine is gone. */
  readonly gone: Promise<never>;
  fail(error: Error): void;
}

let running: Running | null = null;

/** Starts the engine, or starts it anew. */
export function startEngine(): void {
  stopWorker();
  engine.value = { state: "starting" };
  server.value = null;
  try {
    const started = run(startWorker());
    running = started;
    const onServer = proxy((trouble: string | null) => {
      if (running === started) server.value = trouble;
    });
    const loading = findPlace().then((place) => started.api.load(BUILD, place, onServer));
    Promise.race([loading, started.gone]).then(
      () => {
        if (running === started) engine.value = { state: "ready" };
      },
      (error) => failed(started, error),
    );
  } catch (error) {
    engine.value = { state: "failed", what: "engine", message: messageOf(error) };
  }
}

/**
 * Asks the engine. Rejects if the engine is gone or fails on the way; the page then says so and offers to restart it.
 *
 * `patient` questions, such as a whole file, may take any time.
 */
export async function ask<T>(question: (api: EngineApi) => Promise<T>, patient = false): Promise<T> {
  const asked = running;
  if (asked === null) throw new Error("the engine is not running");
  const timer = patient ? 0 : setTimeout(() => asked.fail(new Error("it does not answer")), ANSWER_MS_MAX);
  try {
    return await Promise.race([question(asked.api), asked.gone]);
  } catch (error) {
    failed(asked, error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Hands a function to the engine, for progress. */
export const callback = proxy;

function run(worker: Worker): Running {
  let fail: (error: Error) => void = () => undefined;
  const gone = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Nobody may be waiting when the engine goes; the status tells.
  gone.catch(() => undefined);
  const remote: Remote<EngineApi> = wrap<EngineApi>(worker);
  // Every answer is a promise already, so the remote engine looks just like a local one.
  const api = ofOneBuild(remote as unknown as EngineApi);
  const started: Running = { worker, api, gone, fail, release: () => remote[releaseProxy]() };
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    const error = new Error(event.message || "its script could not be loaded");
    fail(error);
    failed(started, error);
  });
  worker.addEventListener("messageerror", () => fail(new Error("its answer could not be read")));
  return started;
}

function failed(asked: Running, error: unknown): void {
  if (running !== asked) return;
  asked.fail(error instanceof Error ? error : new Error(messageOf(error)));
  stopWorker();
  engine.value = {
    state: "failed",
    what: error instanceof NoSession ? "session" : "engine",
    message: messageOf(error),
  };
}

function stopWorker(): void {
  running?.release();
  running?.worker.terminate();
  running = null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
