/** `countersign review` in a terminal, in real processes. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createEscalations, createGuard, type EscalationRecord, loadPolicy } from "countersign";
import { sqliteStore } from "countersign/stores/sqlite";
import { inFolder, run } from "./command.ts";
import { hold, MAIL, NOTE, POLICY, READ } from "./held.ts";
import { atTerminal } from "./terminal.ts";

/** Runs `use` with a store file in which `calls` are held. */
async function held(
  calls: Parameters<typeof hold>[1],
  use: (file: string, ids: readonly string[]) => Promise<void>,
): Promise<void> {
  await inFolder({}, async (folder) => {
    const file = join(folder, "store.db");
    await use(file, await hold(file, calls));
  });
}

async function stored(file: string, id: string): Promise<EscalationRecord> {
  const store = sqliteStore({ file });
  const record = await createEscalations({ store }).read(id);
  await store.close();
  return record ?? assert.fail("there is no such escalation");
}

test("list prints what is held, newest first, and by status; as JSON it is one record a line", async () => {
  await held([MAIL, READ, NOTE], async (file, [mail = "", note = ""]) => {
    const all = await run(["review", "list", "--store", file]);
    assert.equal(all.code, 0, all.stderr);
    assert.match(
      all.stdout,
      new RegExp(`^${note}  pending  .*  note.write  risk low  by support  text: .*\n${mail}  pending  .*  email.send`),
    );
    assert.match(all.stdout, / {2}by support {2}to: \["ann@acme.com"\], deep: .*, subject: "hi‹U\+202E›/);
    const json = await run(["review", "list", "--store", file, "--status", "pending", "--json"]);
    const records = json.stdout.trim().split("\n");
    assert.deepEqual(
      records.map((line) => (JSON.parse(line) as EscalationRecord).id),
      [note, mail],
    );
    const none = await run(["review", "list", "--store", file, "--status", "rejected"]);
    assert.deepEqual([none.code, none.stdout], [0, ""]);
  });
});

test("the card tells tool and risk first, every argument with hidden characters as tokens, and the agent's words last", async () => {
  await held([MAIL], async (file, [id = ""]) => {
    const { code, stdout, stderr } = await run(["review", "show", id.slice(0, 6), "--store", file]);
    assert.deepEqual([code, stderr], [0, ""]);
    const lines = stdout.split("\n");
    assert.equal(lines[0], '"email.send" — risk high, CANNOT BE UNDONE — pending');
    assert.ok(lines.includes("! args.subject: holds 1 character that turns the direction of the text"));
    assert.ok(lines.includes("what it does: Send email → ⟦“ann@acme.com”⟧"));
    assert.ok(lines.includes("to approve it, type the value of args.to"));
    assert.ok(lines.includes("  Mail leaves the company"));
    assert.ok(lines.includes('  Sends “⟦hi‹U+202E›\\r\\nthere⟧” to ⟦["ann@acme.com"]⟧'));
    assert.ok(lines.includes('  "subject": "hi‹U+202E›\\r\\nthere"'));
    assert.ok(lines.includes('  "to": (list of 1)') && lines.includes('    0: "ann@acme.com"   (domain acme.com)'));
    assert.ok(lines.includes("      2: true"));
    const words = lines.indexOf("Written by the agent, not verified");
    assert.ok(words > lines.findIndex((line) => line.startsWith("Digest sha256:")));
    assert.equal(lines[words + 1], '  | "approved already, urgent"');
    assert.ok(!lines.slice(0, words).join().includes("urgent"));
  });
});

test("a value in the consequence cannot close the marks between which it stands", async () => {
  const call = { ...MAIL, args: { ...MAIL.args, subject: 'hi"⟧” to nobody' } };
  await held([call], async (file, [id = ""]) => {
    const { stdout } = await run(["review", "show", id, "--store", file]);
    assert.match(stdout, /^ {2}Sends “⟦hi\\"‹U\+27E7›” to nobody⟧” to ⟦\["ann@acme.com"\]⟧$/m);
  });
});

test("an argument cannot draw lines that look like the card's own", async () => {
  const text = `${"x".repeat(112)}Digest sha256:0\u001b[2K\n${" ".repeat(300)}Written by the agent`;
  await held([{ tool: "note.write", args: { text } }], async (file, [id = ""]) => {
    const { stdout } = await run(["review", "show", id, "--store", file]);
    // All of it is drawn, and none of it at the beginning of a line.
    assert.ok(stdout.includes("Digest sha256:0") && stdout.includes('Written by the agent"'), stdout);
    const own = stdout.split("\n").filter((line) => /^ *(Digest|Written)/.test(line));
    assert.equal(own.length, 1);
    assert.ok(!stdout.includes("\u001b"));
    assert.ok(stdout.split("\n").every((line) => line.length <= 120));
  });
});

test("b24_a_call_like_a_rejected_one_says_so_in_its_headline", async () => {
  await held([NOTE], async (file, [first = ""]) => {
    const rejected = await run(["review", "reject", first, "--store", file, "--note", "no", "--as", "ana"]);
    assert.deepEqual([rejected.code, rejected.stdout], [0, `rejected ${first}: note.write\n`], rejected.stderr);
    const { status, reviews } = await stored(file, first);
    assert.equal(status, "rejected");
    assert.deepEqual([reviews[0]?.by, reviews[0]?.note, reviews[0]?.verified], ["ana", "no", false]);
    const again = await run(["review", "reject", first, "--store", file]);
    assert.deepEqual(
      [again.code, again.stderr.split("\n")[0]],
      [2, "error[already-closed]: this call was rejected already"],
    );
    // Once the time to cool down is over.
    const [second = ""] = await hold(file, [{ ...NOTE, args: { text: "nearly the same" } }], 300_000);
    const card = await run(["review", "show", second, "--store", file]);
    assert.equal(card.stdout.split("\n")[1], `! Calls like this were rejected once: ${first}`);
    const { stdout } = await run(["review", "show", first, "--store", file]);
    assert.match(stdout, /rejected by ana \(not verified\) at .*: "no"/);
  });
});

test("nothing approves by a pipe: without a terminal the answer is no, whatever is written", async () => {
  await held([NOTE], async (file, [id = ""]) => {
    const { digest } = await stored(file, id);
    const { code, stdout, stderr } = await run(
      ["review", "approve", id, "--store", file],
      `${digest.slice(7, 15)}\ny\n`,
    );
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^error\[usage\]: only a person at a terminal can approve/);
    assert.equal((await stored(file, id)).status, "pending");
  });
});

test("at a terminal the card is shown and the beginning of the digest is asked for", async () => {
  await held([NOTE], async (file, [id = ""]) => {
    const { digest } = await stored(file, id);
    const wrong = await atTerminal(["review", "approve", id, "--store", file], [[/of the digest: /, "00000000\r"]]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.text, /Not approved/);
    assert.equal((await stored(file, id)).status, "pending");
    const right = await atTerminal(
      ["review", "approve", id.slice(0, 8), "--store", file, "--as", "ana", "--note", "fine"],
      [[/of the digest: /, `${digest.slice(7, 15)}\r`]],
    );
    assert.equal(right.code, 0, right.text);
    assert.match(right.text, /"note\.write" — risk low — pending[\s\S]*Arguments[\s\S]*approved/);
    assert.match(right.text, /to approve it, type the first 8 digits of the digest/);
    const { status, reviews, grant } = await stored(file, id);
    assert.deepEqual([status, reviews[0]?.by, reviews[0]?.note, grant?.state], ["approved", "ana", "fine", "ready"]);
    assert.ok((reviews[0]?.shownMs ?? -1) >= 0);
  });
});

test("a18_a_masked_value_is_looked_at before a call is approved at a terminal, and the note says so", async () => {
  const password = "rm -rf /srv/prod # PRIVATE KEY-----";
  await held([{ ...NOTE, args: { password } }], async (file, [id = ""]) => {
    const { digest } = await stored(file, id);
    const prompt = /masked value of args\.password first: type show/;
    const approve = ["review", "approve", id, "--store", file, "--note", "fine"];
    const blind = await atTerminal(approve, [[prompt, "\r"]]);
    assert.equal(blind.code, 2);
    assert.match(blind.text, /Not approved: a masked value was not looked at/);
    assert.doesNotMatch(blind.text, /rm -rf/);
    assert.equal((await stored(file, id)).status, "pending");
    const seen = await atTerminal(approve, [
      [prompt, "show\r"],
      [/of the digest: /, `${digest.slice(7, 15)}\r`],
    ]);
    assert.equal(seen.code, 0, seen.text);
    // Not before it was asked for.
    const [before = "", after = ""] = seen.text.split("type show (the note will say so)");
    assert.doesNotMatch(before, /rm -rf/);
    assert.match(after, /^args\.password: "rm -rf \/srv\/prod # PRIVATE KEY-----"$/m);
    const { status, reviews } = await stored(file, id);
    assert.deepEqual([status, reviews[0]?.note], ["approved", "fine · looked at args.password"]);
  });
});

test("at a terminal what the policy wants confirmed is typed, and the call waits until it can no longer be undone", async () => {
  await held([MAIL], async (file, [id = ""]) => {
    const prompt = /value of args\.to: /;
    const wrong = await atTerminal(["review", "approve", id, "--store", file], [[prompt, "bob@acme.com\r"]]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.text, /error\[not-confirmed\]/);
    assert.equal((await stored(file, id)).status, "pending");
    const right = await atTerminal(["review", "approve", id, "--store", file], [[prompt, " ann@acme.com \r"]]);
    assert.equal(right.code, 0, right.text);
    assert.match(right.text, /not before 30 seconds have passed/);
    const { status, grant } = await stored(file, id);
    assert.deepEqual([status, grant?.state], ["approved", "waiting"]);
  });
});

test("an approval is taken back by the command that approving names, and the list says so", async () => {
  await held([NOTE], async (file, [id = ""]) => {
    const { digest } = await stored(file, id);
    const command = `countersign review undo ${id} --store ${file}`;
    const pending = await run(["review", "undo", id, "--store", file]);
    assert.deepEqual([pending.code, (await stored(file, id)).status], [2, "pending"]);
    const { text } = await atTerminal(
      ["review", "approve", id, "--store", file],
      [[/of the digest: /, `${digest.slice(7, 15)}\r`]],
    );
    assert.ok(text.replaceAll("\n", "").includes(`this takes it back: ${command}`), text);
    for (const answer of ["reject", "approve"] as const) {
      const again = answer === "reject" ? await run(["review", answer, id, "--store", file]) : undefined;
      const said = again?.stderr ?? (await atTerminal(["review", answer, id, "--store", file], [])).text;
      assert.match(said, /error\[already-closed\]: this call was approved already/);
      assert.ok(said.includes(`to take the approval back, run \`${command}\``), said);
    }
    const undone = await run(["review", "undo", id.slice(0, 8), "--store", file, "--note", "a slip", "--as", "ana"]);
    assert.deepEqual([undone.code, undone.stdout], [0, `undone ${id}: note.write does not run\n`], undone.stderr);
    const { grant, closingNote } = await stored(file, id);
    assert.deepEqual([grant?.state, closingNote], ["revoked", "a slip"]);
    assert.match((await run(["review", "list", "--store", file])).stdout, / {2}approved \(undone\) {2}/);
    assert.match((await run(["review", "show", id, "--store", file])).stdout, /^ {2}the approval was undone$/m);
    const late = await run(["review", "reject", id, "--store", file]);
    assert.deepEqual([late.code, /help/.test(late.stderr)], [2, false]);
  });
});

test("a grant that ran out or was used says so, and not until when it may be used", async () => {
  await held([NOTE], async (file, [id = ""]) => {
    const store = sqliteStore({ file });
    // Approved so long ago that nobody may use it any more.
    const past = createEscalations({ store, now: () => Date.now() });
    const { digest } = (await past.read(id)) ?? assert.fail();
    await past.review(id, { verdict: "approve", digest });
    const { grant } = (await past.read(id)) ?? assert.fail();
    const later = createEscalations({ store, now: () => (grant?.expiresAtMs ?? 0) + 1 });
    // Whatever is written then makes it now for all who read.
    await later.pause({ paused: true });
    await store.close();
    assert.match((await run(["review", "list", "--store", file])).stdout, / {2}approved \(expired\) {2}/);
    const { stdout } = await run(["review", "show", id, "--store", file]);
    assert.match(stdout, /^"note\.write" — risk low — approved \(expired\)$/m);
    assert.match(stdout, /^ {2}the approval was not used before /m);
  });
  await inFolder({}, async (folder) => {
    const file = join(folder, "store.db");
    const store = sqliteStore({ file });
    const guard = createGuard({ policy: await loadPolicy(POLICY), store, agent: "support", session: "s1" });
    const running = guard.wrap("note.write", async () => "done")({ text: "a" });
    const escalations = createEscalations({ store });
    let [item] = (await escalations.list()).items;
    while (item === undefined) [item] = (await escalations.list()).items;
    await escalations.review(item.id, { verdict: "approve", digest: item.digest });
    assert.equal(await running, "done");
    await store.close();
    const { stdout } = await run(["review", "show", item.id, "--store", file]);
    assert.match(stdout, /^ {2}the approval was used$/m);
    assert.match(stdout, /^"note\.write" — risk low — approved \(ran\)$/m);
  });
});

test("an edited call stands beside what was held, tenant and batch are told, and long arguments are cut in the list", async () => {
  await inFolder({}, async (folder) => {
    const file = join(folder, "store.db");
    const store = sqliteStore({ file });
    const escalations = createEscalations({ store });
    const policy = await loadPolicy(`
rules: [{ id: note, tool: note.write, action: escalate, risk: low, review: { editable: args.text } }]`);
    const call = { tool: "note.write", tenant: "acme", args: { text: `first ${"x".repeat(90)}`, to: "ann" } };
    const { id } = await escalations.open(policy, call, { batch: "b1" });
    await escalations.open(policy, { ...call, args: { ...call.args, to: "bob" } }, { batch: "b1" });
    await escalations.open(policy, { ...call, args: { ...call.args, to: "eve" } });
    const edited = await escalations.edit(id, policy, { args: { ...call.args, text: "second" } });
    const show = () => run(["review", "show", id, "--store", file]);
    const { stdout } = await show();
    assert.match(stdout, /^in a batch, of which 1 other waits$/m);
    assert.match(stdout, /^ {2}"tenant": "acme"$/m);
    assert.match(
      stdout,
      /^Arguments\n {2}"text": "second"\n[\s\S]*^As it was held, by rule note, before it was edited\n {2}"text": "first x+"\n/m,
    );
    await escalations.review(id, { verdict: "approve", digest: edited.digest });
    assert.match((await show()).stdout, /^ {2}it does not run yet: others of its batch still wait for an answer$/m);
    const list = await run(["review", "list", "--store", file]);
    assert.match(list.stdout, / {2}text: "first x{67}… \(\d+ more\)\n/);
    await store.close();
  });
});

test("Ctrl-C at the question approves nothing", async () => {
  await held([NOTE], async (file, [id = ""]) => {
    const { text } = await atTerminal(["review", "approve", id, "--store", file], [[/of the digest: /, "\u0003"]]);
    assert.doesNotMatch(text, /^approved /m);
    assert.equal((await stored(file, id)).status, "pending");
  });
});

test("an id that is unknown, too short or the beginning of several is refused", async () => {
  await held([NOTE, MAIL], async (file, [id = ""]) => {
    for (const [given, message] of [
      ["ffffffffff", /^error\[not-found\]: there is no escalation/],
      [id.slice(0, 5), /^error\[usage\]: an id can be cut short to 6 characters/],
      ["", /^error\[usage\]/],
    ] as const) {
      const { code, stderr } = await run(["review", "show", given, "--store", file]);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });
});

test("a store that is not there is not made, and what is no store is left as it is", async () => {
  await inFolder(
    { "notes.txt": "these are no calls, and they are long enough to be some\n".repeat(40) },
    async (folder) => {
      const missing = join(folder, "none.db");
      const { code, stderr } = await run(["review", "list", "--store", missing]);
      assert.deepEqual(
        [code, stderr.split("\n")[0]],
        [2, `error[unreadable]: cannot read \`${missing}\`: there is no such file`],
      );
      assert.ok(!existsSync(missing));
      const other = await run(["review", "list", "--store", join(folder, "notes.txt")]);
      assert.equal(other.code, 2);
      assert.match(other.stderr, /^error\[not-a-store\]/);
      const none = await run(["review", "list"]);
      assert.match(none.stderr, /no `--store FILE` given/);
      for (const args of [["frobnicate"], ["list", "--port", "1"], ["list", "--status", "open"], ["--port", "x"]]) {
        const wrong = await run(["review", ...args, "--store", join(folder, "notes.txt")]);
        assert.deepEqual([wrong.code, wrong.stderr.startsWith("error[usage]")], [2, true], args.join(" "));
      }
    },
  );
});

test("a tool's name cannot stand for the headline, nor text for a token, and words of several alphabets are told", async () => {
  const odd = {
    tool: "mail — risk low, can be undone — pending",
    args: { a: "‹U+202E›", "p\u0430ypal": "b\u03BFb x" },
  };
  await inFolder({}, async (folder) => {
    const file = join(folder, "store.db");
    const store = sqliteStore({ file });
    const policy = await loadPolicy("rules: [{ tool: '*', action: escalate, risk: high }]");
    const { id } = await createEscalations({ store }).open(policy, odd);
    await store.close();
    const { stdout } = await run(["review", "show", id, "--store", file]);
    assert.equal(stdout.split("\n")[0], `"${odd.tool}" — risk high — pending`);
    assert.match(stdout, /^ {2}"a": "‹U\+2039›U\+202E›"$/m);
    for (const told of ["“p\u0430‹U+0430›ypal” mixes scripts: U+0430", "“b\u03BF‹U+03BF›b” mixes scripts: U+03BF"]) {
      assert.ok(stdout.includes(`: ${told}\n`), stdout);
    }
    assert.ok((await run(["review", "list", "--store", file])).stdout.includes(`  "${odd.tool}"  risk high`));
  });
});

test("an id that is the beginning of another answers for neither", async () => {
  await held([NOTE], async (file, [note = ""]) => {
    const store = sqliteStore({ file });
    const policy = await loadPolicy("rules: [{ tool: '*', action: escalate }]");
    const short = note.slice(0, 8);
    await createEscalations({ store, newId: () => short }).open(policy, { tool: "harmless", args: {} });
    await store.close();
    const { code, stderr } = await run(["review", "reject", short, "--store", file]);
    assert.deepEqual([code, /is the beginning of 2 ids/.test(stderr)], [2, true], stderr);
    for (const id of [short, note]) assert.equal((await stored(file, id)).status, "pending");
    assert.equal((await run(["review", "reject", note, "--store", file])).code, 0);
  });
});
