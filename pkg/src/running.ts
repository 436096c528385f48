/** Recorded calls that run through the engine in chunks: for as long as more may come, then only counted, then given back. */
import { EngineError } from "./errors.js";
import { isBytes } from "./sources.js";

/** What runs in the engine's memory. */
interface Running<Counts> {
  counts(): Counts;
  free(): void;
}

/** The phases of one run. */
export interface Run<Engine, Counts> {
  /** The engine's side, while more may come, and if `chunk` is bytes or left out. */
  open(chunk?: Uint8Array): Engine;
  /** Answers `last`; after it nothing more comes. */
  finished<T>(last: T): T;
  counts(): Counts;
  /** What `ask` says of the engine's side, until its memory is given back. */
  read<T>(ask: (engine: Engine) => T): T;
  /** Gives the memory back, once. */
  dispose(): void;
}

/** The run of `running`, which errors call `name`. */
export function runOf<Engine extends Running<Counts>, Counts>(name: string, running: Engine): Run<Engine, Counts> {
  let phase: "open" | "finished" | "disposed" = "open";
  function read<T>(ask: (engine: Engine) => T): T {
    if (phase === "disposed") throw new EngineError("disposed", `the ${name} was disposed`);
    return ask(running);
  }
  return {
    open(chunk) {
      if (phase !== "open") throw new EngineError("disposed", `the ${name} was ${phase} and decides no more`);
      if (chunk !== undefined && !isBytes(chunk)) throw new TypeError("a chunk must be a Uint8Array");
      return running;
    },
    finished(last) {
      phase = "finished";
      return last;
    },
    counts: () => read((engine) => engine.counts()),
    read,
    dispose() {
      if (phase === "disposed") return;
      phase = "disposed";
      running.free();
    },
  };
}
