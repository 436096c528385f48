/** `countersign history`: the history of a store as a file, verified, and back. */
import { parseArgs } from "node:util";
import type { Checkpoint } from "../../lifecycle.js";
import type { Store } from "../../stores/store.js";
import { readText } from "../input.js";
import type { Output } from "../output.js";
import { EXIT_OK, usageProblem } from "../problem.js";
import { openStore } from "../store-file.js";
import { exportHistory } from "./export.js";
import { importHistory } from "./import.js";
import { readCheckpoint } from "./lines.js";
import { tell, verifyFile, verifyStore } from "./verify.js";

/** What `countersign history --help` prints. */
export const HISTORY_HELP = `Usage: countersign history export --store FILE [--redact] [--checkpoint NEW]
       countersign history verify EXPORT [--checkpoint FILE]
       countersign history verify --store FILE [--checkpoint FILE]
       countersign history import EXPORT --store NEW [--checkpoint FILE]

The history (audit log) of a store: every escalation, review, grant, run and recorded decision, chained by hashes.

  export   prints it, a JSON object a line; the last line is {"checkpoint":…}
  verify   tells entries that were edited, are missing, reordered or repeated, and what cannot have happened;
           against a checkpoint that was kept elsewhere also a history that was cut short or written anew,
           and of a store what it keeps beside its history and does not belong there
  import   verifies an export and writes it into an empty store, where nothing of it runs

Options:
  --store FILE       the store
  --redact           leave out what happened, and give a commitment to it, by which the rest can still be verified
  --checkpoint FILE  export: write the checkpoint into this new file too, to be kept elsewhere;
                     verify, import: the checkpoint that was kept
  --help             print this

Exit status: 0 all is well, 1 the history has problems, 2 wrong usage or something that cannot be read or written.
`;

interface Options {
  readonly store?: string | undefined;
  readonly redact?: boolean | undefined;
  readonly checkpoint?: string | undefined;
}

/** Runs the command and returns its exit status. */
export async function history(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      store: { type: "string" },
      redact: { type: "boolean" },
      checkpoint: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    await output.write(HISTORY_HELP);
    return EXIT_OK;
  }
  const [what, file, ...rest] = positionals;
  if (rest.length > 0) throw usageProblem("one file can be given", "history");
  if (values.redact && what !== "export") throw usageProblem("only `export` takes `--redact`", "history");
  switch (what) {
    case "export":
      if (file !== undefined) throw usageProblem("`export` takes no file; it prints to standard output", "history");
      return withStore(values.store, false, (store) => exported(store, values, output));
    case "verify":
      return verify(file, values, output);
    case "import":
      if (file === undefined) throw usageProblem("no exported history given", "history");
      return withStore(values.store, true, async (store) =>
        importHistory(file, store, await keptCheckpoint(values.checkpoint), output),
      );
    default:
      throw usageProblem("the commands are `export`, `verify` and `import`", "history");
  }
}

function exported(store: Store, { redact = false, checkpoint }: Options, output: Output): Promise<number> {
  return exportHistory(store, { redact, checkpoint }, output);
}

async function verify(file: string | undefined, { store, checkpoint }: Options, output: Output): Promise<number> {
  if ((file === undefined) === (store === undefined)) {
    throw usageProblem("either an exported history or `--store FILE` must be given", "history");
  }
  const kept = await keptCheckpoint(checkpoint);
  if (file !== undefined) return tell(file, await verifyFile(file, kept), kept !== null, output);
  return withStore(store, false, async (opened) =>
    tell(store ?? "", await verifyStore(opened, kept), kept !== null, output),
  );
}

async function keptCheckpoint(file: string | undefined): Promise<Checkpoint | null> {
  if (file === undefined) return null;
  const { name, text } = await readText(file, {});
  return readCheckpoint(new TextDecoder().decode(text), name);
}

async function withStore(
  file: string | undefined,
  isNew: boolean,
  use: (store: Store) => Promise<number>,
): Promise<number> {
  const store = await openStore(file, "history", isNew);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
