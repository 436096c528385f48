/** `countersign history import`: an exported history into an empty store. */
import { EscalationError } from "../../errors.js";
import { importHistory as take } from "../../importing.js";
import type { Checkpoint } from "../../lifecycle.js";
import type { Store } from "../../stores/store.js";
import { openInput } from "../input.js";
import type { Output } from "../output.js";
import { EXIT_FOUND, EXIT_OK, Problem, usageProblem, visible } from "../problem.js";
import { unreadable } from "./lines.js";
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
  if (found.isRedacted) {
    const message = `\`${visible(file)}\` is redacted: what happened is not in it, so it cannot be imported`;
    throw new Problem("unreadable", message);
  }
  const { size } = await store.head();
  if (size > 0) {
    throw new Problem("unwritable", `the store has ${size} entries already: a history goes into an empty one`);
  }
  const { closed } = await take(store, (await openInput(file)).chunks, { ...found, lines: found.more }).catch(
    (error) => {
      throw error instanceof EscalationError ? changed(file, error) : unreadable(error, file);
    },
  );
  await output.write(`imported ${found.report.entries} entries\n`);
  if (closed > 0) {
    const calls = closed === 1 ? "1 call that was" : `${closed} calls that were`;
    await output.write(`closed ${calls} still open, with an entry each: nothing that was imported runs\n`);
  }
  if (checkpoint === null) {
    await output.write(
      "Whoever made the file could have made all of it: without a checkpoint that was kept elsewhere it is no evidence.\n",
    );
  }
  return EXIT_OK;
}

function changed(file: string, cause: unknown): Problem {
  const message = `\`${file}\` changed while it was read; the store holds a part of it and is of no use`;
  return new Problem("unreadable", message, "remove the store, and import once more", { cause });
}
