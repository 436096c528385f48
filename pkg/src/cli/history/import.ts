/** `countersign history import`: an exported history into an empty store. */
import { holding } from "../../engines/full.js";
import { EscalationError } from "../../errors.js";
import type { Checkpoint, Entry } from "../../lifecycle.js";
import { rebuildingIn } from "../../rebuilding.js";
import { sameJson } from "../../same.js";
import type { Store } from "../../stores/store.js";
import { openInput } from "../input.js";
import type { Output } from "../output.js";
import { EXIT_FOUND, EXIT_OK, Problem, usageProblem, visible } from "../problem.js";
import { linesOf } from "./lines.js";
import { tell, verifyFile } from "./verify.js";

/** Verifies `file`, and writes its entries into `store` if all is well; before that, no store is made. It is read twice. */
export async function importHistory(
  file: string,
  store: Store,
  checkpoint: Checkpoint | null,
  output: Output,
): Promise<number> {
  if (file === "-") throw usageProblem("a history is read twice, so it cannot come from standard input", "history");
  const found = await verifyFile(file, checkpoint);
  const status = await tell(file, found, checkpoint !== null, output);
  if (status !== EXIT_OK) {
    await output.write("Nothing was imported.\n");
    return EXIT_FOUND;
  }
  if (found.isRedacted) throw redacted(file);
  const head = await store.head();
  if (head.size > 0) {
    throw new Problem("unwritable", `the store has ${head.size} entries already: a history goes into an empty one`);
  }
  const rebuilding = rebuildingIn(holding, store, head);
  try {
    for await (const line of linesOf(await openInput(file), () => undefined)) {
      if (!("entry" in line)) continue;
      await rebuilding.push([entryOf(line.entry, file)]);
    }
    const end = await rebuilding.finish();
    if (!sameJson(holding.checkpoint(end), found.report.checkpoint)) throw changed(file);
  } catch (error) {
    throw error instanceof EscalationError ? changed(file, error) : error;
  }
  await output.write(`imported ${found.report.entries} entries\n`);
  if (checkpoint === null) {
    await output.write(
      "Whoever made the file could have made all of it: without a checkpoint that was kept elsewhere it is no evidence.\n",
    );
  }
  return EXIT_OK;
}

function entryOf(entry: object, file: string): Entry {
  if ("event" in entry) return entry as Entry;
  throw changed(file);
}

function redacted(file: string): Problem {
  const message = `\`${visible(file)}\` is redacted: what happened is not in it, so it cannot be imported`;
  return new Problem("unreadable", message);
}

function changed(file: string, cause?: unknown): Problem {
  const message = `\`${file}\` changed while it was read; the store holds a part of it and is of no use`;
  return new Problem("unreadable", message, "remove the store, and import once more", { cause });
}
