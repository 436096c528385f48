/** `countersign history`, in real processes: what is exported verifies, and whatever was done to it is told. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createEscalations, createGuard, type Entry, loadPolicy } from "countersign";
import { sqliteStore } from "countersign/stores/sqlite";
import Database from "libsql";
import { inFolder, run } from "./command.ts";
import { hold, MAIL, NOTE, POLICY, READ } from "./held.ts";

interface Exported {
  readonly folder: string;
  readonly store: string;
  readonly lines: readonly string[];
  readonly checkpoint: string;
  /** Verifies an export that has these lines. */
  verify(lines: readonly string[], ...args: readonly string[]): Promise<{ code: number | null; stdout: string }>;
}

/** Runs `use` with the export of a store in which something happened. */
async function exported(use: (exported: Exported) => Promise<void>): Promise<void> {
  await inFolder({}, async (folder) => {
    const store = join(folder, "store.db");
    const [mail = ""] = await hold(store, [MAIL, READ, NOTE, READ]);
    await run(["review", "reject", mail, "--store", store, "--note", "line\r\nend"]);
    const checkpoint = join(folder, "checkpoint.json");
    const { code, stdout, stderr } = await run(["history", "export", "--store", store, "--checkpoint", checkpoint]);
    assert.deepEqual([code, stderr], [0, ""]);
    await use({
      folder,
      store,
      checkpoint,
      lines: stdout.split("\n").slice(0, -1),
      async verify(lines, ...args) {
        const file = join(folder, "export.ndjson");
        writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
        const result = await run(["history", "verify", file, ...args]);
        assert.equal(result.stderr, "");
        return result;
      },
    });
  });
}

const entryIn = (line: string | undefined) => JSON.parse(line ?? "") as Entry;

test("what is exported verifies, and so do the store and a checkpoint that was kept", async () => {
  await exported(async ({ verify, lines, checkpoint, store }) => {
    const entries = lines.length - 1;
    const alone = await verify(lines);
    assert.equal(alone.code, 0);
    assert.match(alone.stdout, new RegExp(`: ok, ${entries} entries, root sha256:[0-9a-f]{64}\n.*cut short|`));
    assert.match(alone.stdout, /cut short at its end, or written anew/);
    const kept = await verify(lines, "--checkpoint", checkpoint);
    assert.deepEqual([kept.code, /cut short/.test(kept.stdout)], [0, false]);
    const live = await run(["history", "verify", "--store", store, "--checkpoint", checkpoint]);
    assert.deepEqual([live.code, live.stderr], [0, ""]);
    assert.match(live.stdout, new RegExp(`: ok, ${entries} entries`));
  });
});

test("a checkpoint of earlier is still one of the history that grew", async () => {
  await exported(async ({ checkpoint, store }) => {
    await hold(store, [NOTE]);
    const { code, stdout } = await run(["history", "verify", "--store", store, "--checkpoint", checkpoint]);
    assert.equal(code, 0, stdout);
  });
});

test("e01_an_edited_decision_is_found, at its place", async () => {
  await exported(async ({ verify, lines }) => {
    const at = lines.findIndex((line) => line.includes('"type":"review"'));
    const line = lines[at]?.replace('"verdict":"reject"', '"verdict":"approve"') ?? "";
    assert.notEqual(line, lines[at]);
    const { code, stdout } = await verify(lines.with(at, line));
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`^entry ${at}: edited: `, "m"));
    for (const other of ['"atMs":1', '"id":"other"']) {
      const [key] = other.split(":");
      const changed = lines[1]?.replace(new RegExp(`${key}:("[^"]*"|\\d+)`), other) ?? "";
      assert.notEqual(changed, lines[1]);
      assert.match((await verify(lines.with(1, changed))).stdout, /^entry 1: edited: /m);
    }
  });
});

test("entries that are missing, reordered or there twice are told apart", async () => {
  await exported(async ({ verify, lines }) => {
    const missing = await verify(lines.toSpliced(2, 1));
    assert.deepEqual([missing.code, /^entry 3: missing: /m.test(missing.stdout)], [1, true], missing.stdout);
    const swapped = [...lines];
    [swapped[2], swapped[3]] = [lines[3] ?? "", lines[2] ?? ""];
    const reordered = await verify(swapped);
    assert.deepEqual([reordered.code, /: reordered: /.test(reordered.stdout)], [1, true], reordered.stdout);
    const repeated = await verify(lines.toSpliced(2, 0, lines[2] ?? ""));
    assert.deepEqual([repeated.code, /: repeated: /.test(repeated.stdout)], [1, true], repeated.stdout);
  });
});

test("e02_an_older_store_shows_against_a_checkpoint_kept_elsewhere", async () => {
  await exported(async ({ folder, store, verify, lines }) => {
    await hold(store, [NOTE]);
    const later = join(folder, "later.json");
    const grown = await run(["history", "export", "--store", store, "--checkpoint", later]);
    const longer = grown.stdout.split("\n").slice(0, -1);
    assert.ok(longer.length > lines.length);
    // The history as it was before is whole in itself.
    assert.equal((await verify(lines)).code, 0);
    const restored = await verify(lines, "--checkpoint", later);
    assert.deepEqual([restored.code, /: truncated: /.test(restored.stdout)], [1, true], restored.stdout);
  });
});

test("e03_a_cut_tail_shows_against_a_checkpoint, in the file or kept elsewhere", async () => {
  await exported(async ({ checkpoint, verify, lines: longer }) => {
    const shorter = longer.toSpliced(-2, 1);
    assert.match((await verify(shorter, "--checkpoint", checkpoint)).stdout, /: truncated: /);
    // Cut by hand, the checkpoint line does not fit either, or is not there.
    const cut = await verify(shorter);
    assert.equal(cut.code, 1);
    assert.match(cut.stdout, /its last line says that there are \d+ entries, and there are \d+/);
    const headless = await verify(longer.slice(0, -1));
    assert.equal(headless.code, 1);
    assert.match(headless.stdout, /the file was cut short/);
  });
});

test("e20_a_forged_history_is_whole_in_itself, and is none against the checkpoint of the true one", async () => {
  await exported(async ({ folder, checkpoint }) => {
    const forged = join(folder, "forged.db");
    await hold(forged, [READ, READ, READ, READ, READ]);
    await hold(forged, [NOTE, MAIL]);
    const { stdout } = await run(["history", "export", "--store", forged]);
    const file = join(folder, "forged.ndjson");
    writeFileSync(file, stdout);
    assert.equal((await run(["history", "verify", file])).code, 0);
    const against = await run(["history", "verify", file, "--checkpoint", checkpoint]);
    assert.deepEqual([against.code, /: rewritten: /.test(against.stdout)], [1, true], against.stdout);
    const store = join(folder, "new.db");
    const refused = await run(["history", "import", file, "--store", store, "--checkpoint", checkpoint]);
    assert.deepEqual([refused.code, /Nothing was imported/.test(refused.stdout)], [1, true]);
    assert.ok(!existsSync(store));
    const trusting = await run(["history", "import", file, "--store", store]);
    assert.equal(trusting.code, 0, trusting.stderr);
    assert.match(trusting.stdout, /without a checkpoint that was kept elsewhere it is no evidence/);
  });
});

test("e23_line_ends_in_arguments_break_no_lines", async () => {
  await exported(async ({ lines }) => {
    assert.ok(lines.every((line) => !/[\r\u0085\u2028\u2029]/.test(line)));
    const events = lines.slice(0, -1).map((line) => entryIn(line).event);
    const texts = events.flatMap((event) => (event.type === "open" ? [event.call.args] : []));
    assert.deepEqual(texts, [MAIL.args, NOTE.args]);
  });
});

test("e24_a_redacted_export_tells_nothing_of_what_happened, and still verifies", async () => {
  await exported(async ({ store, verify, checkpoint, folder, lines }) => {
    const { code, stdout } = await run(["history", "export", "--store", store, "--redact"]);
    assert.equal(code, 0);
    for (const word of ["ann@acme.com", "salt", "event", "email.send", "support"])
      assert.ok(!stdout.includes(word), word);
    const redacted = stdout.split("\n").slice(0, -1);
    assert.deepEqual(redacted.at(-1), lines.at(-1));
    assert.equal((await verify(redacted, "--checkpoint", checkpoint)).code, 0);
    const changed = redacted[1]?.replace('"type":"open"', '"type":"review"') ?? "";
    assert.notEqual(changed, redacted[1]);
    assert.match((await verify(redacted.with(1, changed))).stdout, /^entry 1: edited: /m);
    // Some of it may be redacted, and the rest not.
    const decision = lines.findIndex((line) => line.includes('"type":"decision"'));
    assert.equal((await verify(lines.with(decision, redacted[decision] ?? ""))).code, 0);
    const file = join(folder, "export.ndjson");
    writeFileSync(file, stdout);
    const refused = await run(["history", "import", file, "--store", join(folder, "new.db")]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /is redacted/);
    assert.ok(!existsSync(join(folder, "new.db")));
  });
});

test("lines that are nothing of a history are told, and a key that stands there twice", async () => {
  await exported(async ({ verify, lines }) => {
    for (const [line, message] of [
      ["{", /line 2: it is not JSON/],
      ["[]", /line 2: `entry` must be an object/],
      ['{"seq":1}', /line 2: `entry.atMs` is missing/],
      [lines[1]?.replace('{"seq":1,', '{"seq":1,"seq":1,') ?? "", /line 2: a key stands there twice/],
      [lines[1]?.replace('"tool":', '"tool":"x","tool":') ?? "", /line 2: a key stands there twice/],
      [lines[1]?.replace('"type":"open"', '"type":"opened"') ?? "", /line 2: `entry.event.type`/],
    ] as const) {
      const { code, stdout } = await verify(lines.with(1, line));
      assert.equal(code, 1);
      assert.match(stdout, message);
    }
  });
});

test("an import brings back entries, list, marks and what was used", async () => {
  await exported(async ({ folder, store, lines, checkpoint }) => {
    const file = join(folder, "export.ndjson");
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
    const fresh = join(folder, "new.db");
    const imported = await run(["history", "import", file, "--store", fresh, "--checkpoint", checkpoint]);
    assert.equal(imported.code, 0, imported.stderr);
    assert.match(
      imported.stdout,
      new RegExp(`imported ${lines.length - 1} entries\nclosed 1 call that was still open`),
    );
    const again = await run(["history", "import", file, "--store", fresh]);
    assert.deepEqual([again.code, /into an empty one/.test(again.stderr)], [2, true]);

    const [before, after] = [sqliteStore({ file: store }), sqliteStore({ file: fresh })];
    const { size } = await before.head();
    const all = await after.history({ from: 0, limit: 100 });
    assert.deepEqual(all.slice(0, size), await before.history({ from: 0, limit: 100 }));
    // The note that was pending is not any more.
    assert.deepEqual(
      all.slice(size).map(({ event }) => event),
      [{ type: "withdraw", note: "imported" }],
    );
    for (const filter of [{ status: "rejected" }, { unfinished: true }] as const) {
      assert.deepEqual(await after.list({ filter, limit: 10 }), await before.list({ filter, limit: 10 }));
    }
    assert.deepEqual((await after.list({ filter: { status: "pending" }, limit: 10 })).items, []);
    const policy = await loadPolicy(POLICY);
    const { bucket = "sha256:" } = policy.decide({ ...READ, session: { id: "s1", marks: [] } }).charge[0] ?? {};
    assert.deepEqual(await after.usage([{ bucket, sinceMs: 0 }]), [2]);
    assert.deepEqual(await before.usage([{ bucket, sinceMs: 0 }]), [2]);
    await before.close();
    await after.close();
    // The session carries its mark: a guard puts it on the next call.
    await hold(fresh, [NOTE]);
    const json = await run(["review", "list", "--store", fresh, "--status", "pending", "--json"]);
    assert.match(json.stdout, /"marks":\["read-files"\]/);
  });
});

test("b04_an_import_runs_nothing: what was approved and not run when it was exported runs in neither place twice", async () => {
  await inFolder({}, async (folder) => {
    const [file, fresh, exportFile] = [join(folder, "a.db"), join(folder, "b.db"), join(folder, "e.ndjson")];
    const policy = await loadPolicy("rules: [{ tool: '*', action: escalate }]");
    const ran: unknown[] = [];
    const standing = (at: string) => {
      const store = sqliteStore({ file: at });
      const guard = createGuard({ policy, store, agent: "support" });
      guard.wrap("pay", (args) => ran.push(args));
      return { store, guard, people: createEscalations({ store }) };
    };
    const here = standing(file);
    const ids: string[] = [];
    for (const n of [1, 2]) {
      const checked = await here.guard.check({ tool: "pay", args: { n, m: n } });
      assert.ok(checked.status === "pending");
      ids.push(checked.id);
    }
    const [approved = "", pending = ""] = ids;
    const { digest } = (await here.people.read(approved)) ?? assert.fail();
    await here.people.review(approved, { verdict: "approve", digest });
    await here.store.close();
    writeFileSync(exportFile, (await run(["history", "export", "--store", file])).stdout);
    assert.equal((await here.guard.resume(approved)).status, "ran");
    const { stdout, code } = await run(["history", "import", exportFile, "--store", fresh]);
    assert.deepEqual([code, /closed 2 calls that were still open/.test(stdout)], [0, true], stdout);

    const there = standing(fresh);
    assert.deepEqual(await there.guard.unfinished(), []);
    for (const id of ids) assert.equal((await there.guard.resume(id)).status, "not-run");
    assert.equal((await there.people.read(approved))?.grant?.state, "revoked");
    assert.equal((await there.people.read(pending))?.status, "withdrawn");
    assert.equal(ran.length, 1);
    await here.store.close();
    await there.store.close();
    const verified = await run(["history", "verify", "--store", fresh]);
    assert.equal(verified.code, 0, verified.stdout);
  });
});

test("e10_what_stands_beside_the_history_is_verified_too: rows, marks and amounts that were changed in the file are told", async () => {
  await exported(async ({ store }) => {
    const verified = async () => run(["history", "verify", "--store", store]);
    assert.equal((await verified()).code, 0);
    const session = /sha256:[0-9a-f]{64}/.source;
    for (const [sql, back, told] of [
      ["UPDATE marks SET mark = 'x'", "UPDATE marks SET mark = 'read-files'", `${session} lacks the mark .read-files.`],
      ["UPDATE marks SET mark = 'x'", "UPDATE marks SET mark = 'read-files'", `${session} carries the mark .x., which`],
      [
        "UPDATE used SET amount = 0.5",
        "UPDATE used SET amount = 1",
        `of the limit ${session} 1 was used .*, and 2 as the`,
      ],
      ["UPDATE escalations SET lane = NULL", null, "is not listed among the calls that later ones are compared with"],
      ["UPDATE escalations SET agent = 'x'", null, "is not listed among the pending ones of its agent"],
      ["UPDATE escalations SET unfinished = 1", null, "is listed as unfinished, and its entries say otherwise"],
      ["UPDATE escalations SET status = 'withdrawn'", null, "is not listed as rejected, where it belongs"],
      ["DELETE FROM escalations", null, "the list lacks `[0-9a-f]{32}`"],
    ] as const) {
      const database = new Database(store);
      const rows = database.prepare("SELECT * FROM escalations").all() as Record<string, unknown>[];
      database.exec(sql);
      const { code, stdout } = await verified();
      assert.deepEqual([code, new RegExp(told).test(stdout)], [1, true], `${sql}: ${stdout}`);
      const set = database.prepare("INSERT OR REPLACE INTO escalations VALUES (?, ?, ?, ?, ?, ?)");
      for (const row of rows) set.run(row.id, row.status, row.opened, row.unfinished, row.lane, row.agent);
      if (back !== null) database.exec(back);
      database.close();
    }
    assert.equal((await verified()).code, 0);
  });
});

test("an old checkpoint is never written over", async () => {
  await exported(async ({ store, checkpoint }) => {
    const before = readFileSync(checkpoint, "utf8");
    const { code, stderr } = await run(["history", "export", "--store", store, "--checkpoint", checkpoint]);
    assert.equal(code, 2);
    assert.match(stderr, /is there already/);
    assert.equal(readFileSync(checkpoint, "utf8"), before);
  });
});

test("an empty history exports, verifies and imports", async () => {
  await inFolder({}, async (folder) => {
    const store = join(folder, "empty.db");
    await hold(store, []);
    const opened = sqliteStore({ file: store });
    await opened.head();
    await opened.close();
    const { code, stdout } = await run(["history", "export", "--store", store]);
    assert.deepEqual([code, stdout], [0, '{"checkpoint":null}\n']);
    writeFileSync(join(folder, "e.ndjson"), stdout);
    assert.equal((await run(["history", "verify", join(folder, "e.ndjson")])).code, 0);
  });
});

test("what cannot be read is 2, and nothing is made", async () => {
  await inFolder({ "c.json": "{}" }, async (folder) => {
    for (const args of [
      [],
      ["frobnicate"],
      ["export"],
      ["export", "--store", join(folder, "none.db")],
      ["verify"],
      ["verify", join(folder, "none.ndjson")],
      ["verify", join(folder, "c.json"), "--checkpoint", join(folder, "c.json")],
      ["import", join(folder, "c.json")],
      ["verify", "a", "--store", "b"],
    ]) {
      const { code, stdout, stderr } = await run(["history", ...args]);
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
      assert.match(stderr, /^error\[/);
    }
    assert.ok(!existsSync(join(folder, "none.db")));
  });
});
