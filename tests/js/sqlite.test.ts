/** The SQLite store keeps the contract of a store, also among processes, across SIGKILL and on a full disk. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { StoreError } from "countersign";
import { appendAfter, rowOf, storeContract } from "countersign/stores/contract";
import { type Store, sqliteStore } from "countersign/stores/sqlite";
import Database from "libsql";

const folder = mkdtempSync(join(tmpdir(), "countersign-sqlite-"));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function newFile(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

for (const { name, run } of storeContract(() => sqliteStore({ file: newFile() }))) test(name, run);

const writer = fileURLToPath(new URL("sqlite-writer.mjs", import.meta.url));

interface Writing {
  readonly child: ChildProcess;
  /** What the process was told is written, as `SEQ HASH`. */
  readonly acknowledged: string[];
  readonly ended: Promise<unknown>;
}

function startWriter(file: string, branch: number, count: number, before: readonly string[] = []): Writing {
  const [command = "", ...args] = [...before, process.execPath, writer, file, String(branch), String(count)];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const acknowledged: string[] = [];
  const lines = createInterface(child.stdout).on("line", (line) => acknowledged.push(line));
  return { child, acknowledged, ended: Promise.all([once(lines, "close"), once(child, "exit")]) };
}

/** All entries as `SEQ HASH`. Fails if they do not follow each other. */
async function wholeChain(store: Store): Promise<readonly string[]> {
  const entries = await store.history({ from: 0, limit: 1_000_000 });
  for (const [index, { seq, previous }] of entries.entries()) {
    assert.equal(seq, index);
    assert.equal(previous, entries[index - 1]?.hash ?? null);
  }
  const head = await store.head();
  assert.deepEqual([head.size, head.hash], [entries.length, entries.at(-1)?.hash ?? null]);
  return entries.map(({ seq, hash }) => `${seq} ${hash}`);
}

async function add(store: Store, id: string): Promise<void> {
  assert.equal(await store.append(appendAfter(await store.head(), [{ id }], { index: [rowOf(id)] })), true);
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: StoreError) => error.code,
  );
}

test("two handles on one file see what the other appends, and of two appends at once one is taken", async () => {
  const file = newFile();
  const [one, other] = [sqliteStore({ file }), sqliteStore({ file })];
  await add(one, "a");
  assert.equal((await other.read("a")).length, 1);
  await add(other, "a");
  assert.equal((await one.read("a")).length, 2);
  const head = await one.head();
  const taken = await Promise.all([
    one.append(appendAfter(head, [{ id: "b" }], {}, 1)),
    other.append(appendAfter(head, [{ id: "c" }], {}, 2)),
  ]);
  assert.deepEqual(taken.sort(), [false, true]);
  assert.equal((await wholeChain(one)).length, 3);
  await Promise.all([one.close(), other.close()]);
});

test("a second handle takes no lock from the first: nothing is lost when another process comes and goes", async () => {
  const file = newFile();
  const [one, other] = [sqliteStore({ file }), sqliteStore({ file })];
  await add(one, "a");
  await add(other, "a");
  // The last connection to leave removes the log; this one is not the last.
  const script = `
    const database = new (await import("libsql")).default(process.argv[1]);
    database.exec("SELECT count(*) FROM history");
    database.close();
  `;
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  assert.equal(spawnSync(process.execPath, ["--input-type=module", "-e", script, file], { cwd }).status, 0);
  await add(one, "a");
  await add(other, "a");
  const { acknowledged, ended } = startWriter(file, 1, 1);
  await ended;
  assert.match(acknowledged[0] ?? "", /^4 /);
  assert.equal((await wholeChain(one)).length, 5);
  await Promise.all([one.close(), other.close()]);
});

test("what another process appends is seen, and whoever watches hears of it", async () => {
  const file = newFile();
  const store = sqliteStore({ file });
  await add(store, "a");
  const heard = new Promise<void>((resolve) => {
    const stop = store.watch(() => {
      stop();
      resolve();
    });
  });
  const { acknowledged, ended } = startWriter(file, 1, 1);
  // The hint comes by a timer that does not keep this process alive; the other process does.
  await ended;
  const alive = setInterval(() => undefined, 1000);
  await heard;
  clearInterval(alive);
  assert.equal((await store.read("w1")).length, 1);
  assert.deepEqual((await wholeChain(store)).slice(1), acknowledged);
  await store.close();
});

test("e04_eight_processes_append_at_once: the history has no gap and holds all that was acknowledged", async () => {
  const file = newFile();
  const writers = Array.from({ length: 8 }, (_, n) => startWriter(file, n + 1, 50));
  await Promise.all(writers.map(({ ended }) => ended));
  const store = sqliteStore({ file });
  const chain = await wholeChain(store);
  assert.equal(chain.length, 400);
  const acknowledged = writers.flatMap((writing) => writing.acknowledged);
  assert.deepEqual(new Set(acknowledged), new Set(chain));
  for (const n of [1, 8]) assert.equal((await store.read(`w${n}`)).length, 50);
  await store.close();
});

test("whatever was acknowledged before SIGKILL is there, and the chain is whole", async () => {
  const file = newFile();
  const acknowledged: string[] = [];
  for (let round = 0; round < 10; round += 1) {
    const writing = startWriter(file, round, 1e9);
    // Killed in the middle of its loop, after a different number of appends each time.
    while (writing.acknowledged.length < 1 + round * 7) await once(writing.child.stdout ?? writing.child, "data");
    writing.child.kill("SIGKILL");
    await writing.ended;
    acknowledged.push(...writing.acknowledged);
    const store = sqliteStore({ file });
    const chain = new Set(await wholeChain(store));
    assert.deepEqual(
      acknowledged.filter((line) => !chain.has(line)),
      [],
    );
    await add(store, "after");
    await store.close();
  }
});

test("a process that is killed while it holds the lock for writing leaves nothing of its append", async () => {
  const file = newFile();
  const store = sqliteStore({ file });
  await add(store, "a");
  const before = await wholeChain(store);
  const script = `
    const Database = (await import("libsql")).default;
    const database = new Database(process.argv[1]);
    database.exec("BEGIN IMMEDIATE; INSERT INTO history VALUES (1, 'b', '{}'); DELETE FROM escalations;");
    console.log("holding");
    setInterval(() => undefined, 1000);
  `;
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, file], {
    cwd,
    stdio: ["ignore", "pipe", 2],
  });
  await once(child.stdout ?? child, "data");
  const waiting = codeOf(sqliteStore({ file, waitMs: 50 }).append(appendAfter(await store.head(), [{ id: "c" }])));
  assert.equal(await waiting, "unavailable");
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.deepEqual(await wholeChain(store), before);
  await add(store, "a");
  assert.equal((await store.list({ filter: { all: true }, limit: 10 })).items.length, 1);
  await store.close();
});

test("a file that is no database is refused and left as it is", async () => {
  const file = newFile();
  const text = "this is no database. ".repeat(500);
  writeFileSync(file, text);
  const store = sqliteStore({ file });
  assert.equal(await codeOf(store.head()), "not-a-store");
  assert.equal(
    await codeOf(store.append(appendAfter({ size: 0, origin: null, hash: null, atMs: 0, peaks: [] }, [{}]))),
    "not-a-store",
  );
  assert.equal(readFileSync(file, "utf8"), text);
});

test("a database of something else is refused and left as it is", async () => {
  const file = newFile();
  const other = new Database(file);
  other.exec("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
  other.close();
  const before = readFileSync(file);
  assert.equal(await codeOf(sqliteStore({ file }).head()), "not-a-store");
  assert.deepEqual(readFileSync(file), before);
});

test("a file of a newer version is refused", async () => {
  const file = newFile();
  const store = sqliteStore({ file });
  await add(store, "a");
  await store.close();
  const database = new Database(file);
  database.exec("PRAGMA user_version = 2");
  database.close();
  assert.equal(await codeOf(store.head()), "other-version");
});

test("a folder that does not exist is not made", async () => {
  const store = sqliteStore({ file: join(folder, "nowhere", "a.db") });
  assert.equal(await codeOf(store.head()), "unavailable");
  assert.equal(existsSync(join(folder, "nowhere")), false);
});

test("a new file is for its owner only", async () => {
  const file = newFile();
  await add(sqliteStore({ file }), "a");
  for (const ending of ["", "-wal", "-shm"]) assert.equal(statSync(file + ending).mode & 0o777, 0o600, ending);
});

test("nothing is read from or written to a file that was moved away, nor to what lies there then", async () => {
  const file = newFile();
  const store = sqliteStore({ file });
  await add(store, "a");
  const { head } = appendAfter(await store.head(), [{ id: "a" }]);
  await store.close();
  await store.head();
  renameSync(file, `${file}.away`);
  for (const ending of ["-wal", "-shm"]) rmSync(file + ending, { force: true });
  assert.equal(await codeOf(store.append(appendAfter(head, [{ id: "b" }]))), "unavailable");
  assert.equal(existsSync(file), false);
  await add(sqliteStore({ file }), "other");
  assert.equal(await codeOf(store.head()), "unavailable");
  renameSync(`${file}.away`, file);
  assert.equal((await store.head()).size, 1);
  await store.close();
});

test("e02_an_older_file_put_back_is_refused: as another file, or with the same file's content", async () => {
  for (const isAnother of [true, false]) {
    for (const isOpen of [true, false]) {
      if (!isAnother && isOpen) continue;
      const file = newFile();
      const store = sqliteStore({ file });
      await add(store, "a");
      await store.close();
      copyFileSync(file, `${file}.old`);
      await add(store, "a");
      if (!isOpen) await store.close();
      if (isAnother) renameSync(`${file}.old`, file);
      else copyFileSync(`${file}.old`, file);
      for (const asked of [store.head(), store.read("a"), store.list({ filter: { all: true }, limit: 1 })]) {
        await assert.rejects(asked, { code: "unavailable", message: /the file was replaced/ });
      }
      await store.close();
      assert.equal(await codeOf(store.head()), "unavailable");
    }
  }
});

test("a symbolic link that leads nowhere makes no file that others can read", async () => {
  const file = newFile();
  symlinkSync(`${file}.target`, file);
  await assert.rejects(sqliteStore({ file }).head(), { code: "unavailable", message: /leads nowhere/ });
  assert.equal(existsSync(`${file}.target`), false);
});

test("the history cannot be changed through the database either", async () => {
  const file = newFile();
  await add(sqliteStore({ file }), "a");
  const database = new Database(file);
  assert.throws(() => database.exec("UPDATE history SET entry = '{}'"), /only grows/);
  assert.throws(() => database.exec("DELETE FROM history"), /only grows/);
  database.close();
});

test("e06_disk_full: what finds no room is refused and not there; all before it is", async () => {
  const full = mkdtempSync(join(folder, "full-"));
  const file = join(full, "a.db");
  const limited = limitingRoom(full);
  const writing = startWriter(file, 1, 1e9, limited);
  await writing.ended;
  const refused = writing.acknowledged.pop();
  assert.match(refused ?? "", limited[0] === "unshare" ? /^full$/ : /^(full|unavailable)$/);
  assert.ok(writing.acknowledged.length > 100);
  // The file system that was full has gone with its process, but for what that copied out.
  const store = sqliteStore({ file: limited[0] === "unshare" ? join(full, "..", "kept.db") : file });
  const chain = await wholeChain(store);
  assert.deepEqual(chain, writing.acknowledged);
  await add(store, "a");
  await store.close();
});

/** A command under which there is little room in `place`: a small file system where that can be made, else small files. */
function limitingRoom(place: string): readonly string[] {
  const mount = 'mount -t tmpfs -o size=6m tmpfs "$0"';
  const mounts = spawnSync("unshare", ["-rm", "sh", "-c", mount, place]).status === 0;
  // Copied as a crash would leave them, log and all.
  const copy = 'for e in "" -wal; do cp "$0/a.db$e" "$0/../kept.db$e"; done';
  if (!mounts) return ["sh", "-c", 'ulimit -f 12000; "$@"', place];
  return [
    "unshare",
    "-rm",
    "sh",
    "-c",
    `out=$(dirname "$0"); ${mount}; "$@"; ${copy.replaceAll('"$0/../', '"$out/')}`,
    place,
  ];
}
