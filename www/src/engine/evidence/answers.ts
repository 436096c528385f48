/** Answers questions about what reviewers did. */

import {
  exportHistory,
  importHistory,
  readCheckpoint,
  type Store,
  UnreadableText,
  verifyHistory,
  verifyHistoryText,
} from "countersign";
import type { Failure } from "../api.ts";
import { keptIn } from "../attention/kept.ts";
import { reportOf } from "../attention/report.ts";
import { answered, failure } from "../failure.ts";
import { historyOf } from "../history-of.ts";
import { channelOf } from "../review/queue.ts";
import type { Room } from "../room.ts";
import { storeAt } from "../store.ts";
import type { EvidenceApi, Exported, Work } from "./api.ts";
import { calibrated, evidenceFile } from "./calibration.ts";
import { evidenceOf } from "./facts.ts";
import { followHistory } from "./following.ts";
import { search } from "./search.ts";

/** Progress is told this often at most. */
const TELL_MS = 100;
/** Pieces of an export are put together up to so many characters. */
const PIECE_MAX = 4 * 1024 * 1024;

export function evidenceApi(room: Room): EvidenceApi {
  const at = once(async () => {
    const place = room.place();
    const store = await storeAt(place);
    const space = place.kind === "api" ? "countersign" : place.space;
    return { store, following: followHistory(store), kept: keptIn(space, historyOf(place, store)) };
  });
  const works = createWorks();
  return {
    evidence: (onProgress) =>
      works.run("evidence", async (signal) => {
        return evidenceOf(await (await at()).following.summary(seldom(onProgress), signal));
      }),
    searchHistory: (query, onProgress) =>
      works.run("search", async (signal) => search((await at()).store, query, seldom(onProgress), signal)),
    historyEntry: (seq) =>
      answered(async () => {
        const [entry] = await (await at()).store.history({ from: seq, limit: 1 });
        return entry === undefined ? failure("not-found", "there is no such entry") : { ok: true as const, entry };
      }),
    verifyStore: (checkpoint, onProgress) =>
      works.run("verify", async (signal) => {
        const report = await verifyHistory((await at()).store, { checkpoint, onProgress: seldom(onProgress), signal });
        return { ok: true as const, report, lines: [], isRedacted: false };
      }),
    verifyFile: (file, checkpoint, onProgress) =>
      works.run("file", async (signal) => {
        const advance = advanceOf(onProgress, file.size);
        const chunks = chunksOf(file);
        return { ok: true as const, ...(await verifyHistoryText(chunks, { checkpoint, onProgress: advance, signal })) };
      }),
    importFile: (file, checkpoint, onProgress) =>
      works.run("import", async (signal) => {
        // It is read twice.
        const options = { onProgress: advanceOf(onProgress, 2 * file.size), signal };
        const verified = await verifyHistoryText(chunksOf(file), { checkpoint, ...options });
        if (verified.report.problems.length + verified.lines.length > 0) return { ok: true as const, ...verified };
        const { store } = await at();
        const imported = await importHistory(store, chunksOf(file), verified, options);
        const changes = new BroadcastChannel(channelOf(room.place()));
        changes.postMessage("changed");
        changes.close();
        return { ok: true as const, ...imported };
      }),
    readCheckpoint: async (text) => readCheckpoint(text),
    exportHistory: (redact, onProgress) =>
      works.run("export", async (signal) => exported((await at()).store, redact, seldom(onProgress), signal)),
    calibrate: (checkpoint, onProgress) =>
      works.run("calibrate", async (signal) => {
        const { store, kept } = await at();
        return calibrated(room, store, await reportOf(kept), { checkpoint, onProgress: seldom(onProgress), signal });
      }),
    saveEvidence: (checkpoint, onProgress) =>
      works.run("save", async (signal) => {
        const { store } = await at();
        return evidenceFile(room, store, { checkpoint, onProgress: seldom(onProgress), signal });
      }),
    stopWork: async (work) => works.stop(work),
    attentionReport: async () => reportOf((await at()).kept),
    setAttention: async (settings) => (await at()).kept.set(settings),
  };
}

/** What `make` makes, made when it is first asked for; anew if that failed. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = null;
      throw error;
    });
    return made;
  };
}

/** Work of each kind: what is begun anew stops what ran. */
function createWorks() {
  const running = new Map<Work, AbortController>();
  const stop = (work: Work) => running.get(work)?.abort();
  return {
    stop,
    async run<T>(work: Work, task: (signal: AbortSignal) => Promise<T>): Promise<T | Failure> {
      stop(work);
      const controller = new AbortController();
      running.set(work, controller);
      try {
        return await answered(() => task(controller.signal));
      } catch (error) {
        if (controller.signal.aborted) return failure("stopped", "it was stopped");
        if (error instanceof UnreadableText) return failure("unreadable", `the file cannot be read: ${error.message}`);
        if (error instanceof DOMException) return failure("unreadable", `the file cannot be read: ${error.message}`);
        throw error;
      } finally {
        if (running.get(work) === controller) running.delete(work);
      }
    },
  };
}

async function exported(
  store: Store,
  redact: boolean,
  onProgress: (done: number, all: number) => void,
  signal: AbortSignal,
): Promise<Exported> {
  const pieces: Blob[] = [];
  let piece = "";
  let last = "";
  const options = { type: "application/x-ndjson" };
  for await (const lines of exportHistory(store, { redact, onProgress, signal })) {
    last = lines;
    piece += lines;
    if (piece.length < PIECE_MAX) continue;
    pieces.push(new Blob([piece], options));
    piece = "";
  }
  return { ok: true, file: new Blob([...pieces, piece], options), checkpoint: readCheckpoint(last) };
}

async function* chunksOf(file: File): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

/** Adds up what was read of `all` bytes, and tells it. */
function advanceOf(onProgress: (done: number, all: number) => void, all: number): (bytes: number) => void {
  let read = 0;
  const tell = seldom(onProgress);
  return (bytes) => {
    read += bytes;
    tell(read, all);
  };
}

/** `tell`, not more often than anybody can see. */
function seldom(tell: (done: number, all: number) => void): (done: number, all: number) => void {
  let nextMs = 0;
  return (done, all) => {
    const nowMs = performance.now();
    if (nowMs < nextMs && done < all) return;
    nextMs = nowMs + TELL_MS;
    tell(done, all);
  };
}
