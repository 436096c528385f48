/** The store in a file, as the commands take it. */
import { stat } from "node:fs/promises";
import { sqliteStore } from "../stores/sqlite.js";
import type { Store } from "../stores/store.js";
import { Problem, unreadable, usageProblem } from "./problem.js";

/**
 * Opens the store that `--store` names; `isNew` says whether it may not be there yet.
 *
 * @throws {@link Problem} if none is named, or if there is no such file.
 */
export async function openStore(file: string | undefined, command: string, isNew = false): Promise<Store> {
  if (file === undefined || file === "") throw usageProblem("no `--store FILE` given", command);
  if (!isNew) {
    // What is not there would be created, and be empty.
    const status = await stat(file).catch((error: unknown) => Promise.reject(unreadable(file, error)));
    if (status.isDirectory()) throw new Problem("unreadable", `cannot read \`${file}\`: it is a directory`);
  }
  return sqliteStore({ file });
}
