/** `countersign history export`: all entries of a store, a line each, and the checkpoint. */
import { open } from "node:fs/promises";
import { holding } from "../../engines/full.js";
import type { Checkpoint } from "../../lifecycle.js";
import { partsOf } from "../../parts.js";
import type { Store } from "../../stores/store.js";
import type { Output } from "../output.js";
import { EXIT_OK, Problem, unwritable } from "../problem.js";
import { lineOf } from "./lines.js";

/** How it is exported. */
export interface ExportOptions {
  /** Leaves out what happened, and gives a commitment to it instead. */
  readonly redact: boolean;
  /** A file that is to hold the checkpoint too. */
  readonly checkpoint: string | undefined;
}

/** Writes the history as it stands now; what is appended meanwhile is not part of it. */
export async function exportHistory(store: Store, options: ExportOptions, output: Output): Promise<number> {
  await holding.ready();
  const head = await store.head();
  const checkpoint = holding.checkpoint(head);
  for await (const part of partsOf(store, 0, head.size)) {
    const lines = part.map((entry) => lineOf(options.redact ? holding.redact(entry) : entry));
    if (!(await output.write(lines.join("")))) return EXIT_OK;
  }
  await output.write(lineOf({ checkpoint }));
  if (options.checkpoint !== undefined) await keep(checkpoint, options.checkpoint);
  return EXIT_OK;
}

/** An older checkpoint is evidence, so a file that is there is left alone. */
async function keep(checkpoint: Checkpoint | null, file: string): Promise<void> {
  try {
    const handle = await open(file, "wx");
    await handle.writeFile(lineOf({ checkpoint })).finally(() => handle.close());
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EEXIST") throw unwritable(file, error);
    const help = "name a new file: an older checkpoint shows what the history was";
    throw new Problem("unwritable", `cannot write \`${file}\`: it is there already`, help, { cause: error });
  }
}
