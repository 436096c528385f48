/**
 * A process that appends to a SQLite store: `node sqlite-writer.mjs FILE BRANCH COUNT`.
 *
 * It writes the number and hash of every entry that the store has acknowledged as one line, before it appends the next.
 * After COUNT appends it ends, or after the first that fails, whose code it writes.
 */
import { writeSync } from "node:fs";
import { appendAfter, rowOf } from "countersign/stores/contract";
import { sqliteStore } from "countersign/stores/sqlite";

const [file, branch, count] = process.argv.slice(2);
const store = sqliteStore({ file, waitMs: 60_000 });
const event = { type: "answer", text: "some text ".repeat(50) };

for (let appended = 0; appended < Number(count); ) {
  const append = appendAfter(
    await store.head(),
    [{ id: `w${branch}`, event }],
    { index: [rowOf(`w${branch}`)] },
    +branch,
  );
  try {
    if (!(await store.append(append))) continue;
  } catch (error) {
    writeSync(1, `${error.code}\n`);
    break;
  }
  appended += 1;
  writeSync(1, `${append.head.size - 1} ${append.head.hash}\n`);
}
