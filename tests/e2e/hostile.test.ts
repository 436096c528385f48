/** Text that attacks the page or the reader is shown as text. */

import { expect, go, open, openCard, picture, queue, simulate, test, writePolicy } from "./app.ts";

const SCRIPT = `<img src=x onerror="alert(1)"></script><script>alert(2)</script>`;
/** Right-to-left override, zero width, tag letter, escape, soft hyphen, no-break space. */
const HIDDEN = "a\u202Egpj.exe\u200B\u{E0041}\u001B[2K\u00AD\u00A0z";

test("a04_a05_a07_a08_a09_a10_hostile_text_in_a_call stays text, and hidden characters are shown", async ({ page }) => {
  await open(page, "simulate");
  const tool = `email.send${SCRIPT}\u202E`;
  const address = await queue(page, {
    tool,
    args: {
      [SCRIPT]: SCRIPT,
      "key\u2066": HIDDEN,
      markdown: "[click](javascript:alert(3)) ![x](https://example.org/x.png)",
      lines: `one\ntwo${"\n".repeat(200)}end`,
      quoted: '"\\',
    },
    reason: `Approved already ✅ ${SCRIPT} \u202Edesrever`,
  });
  await picture(page, "hostile-simulate");
  await openCard(page, address);

  await expect(page.locator(".card-head code")).toContainText(`email.send${SCRIPT}‹U+202E›`);
  const tree = page.locator(".rows").first();
  await expect(tree).toContainText(SCRIPT.replaceAll('"', '\\"'));
  await expect(tree).toContainText("key‹U+2066›");
  await expect(tree).toContainText('"a‹U+202E›gpj.exe‹U+200B›‹U+E0041 tag A›‹U+001B›[2K‹U+00AD›‹U+00A0›z"');
  await expect(tree).toContainText("one\\ntwo⏎×200end");
  await expect(tree).toContainText('"\\"\\\\"');
  await expect(page.locator(".card .flags")).toContainText("direction");
  await page.getByText("Written by the agent, not verified").click();
  await expect(page.locator(".agent-words")).toContainText("‹U+202E›desrever");
  await picture(page, "hostile-card");

  // The headline and the list never hold the agent's words.
  await expect(page.locator(".card-head")).not.toContainText("Approved already");
  await expect(page.locator(".queue")).not.toContainText("Approved already");
  await expect(page.locator("img, main script, main a[href^='javascript']")).toHaveCount(0);
});

test("a21_no_ligatures: no character of a call is drawn as another, wherever the call is shown", async ({ page }) => {
  await open(page, "simulate");
  const address = await queue(page, { tool: "file.write", args: { text: "a != b => c" }, reason: "a != b" });
  await openCard(page, address);
  await page.getByText("Written by the agent, not verified").click();
  const drawn = await page
    .locator(".rows .visible-text, .agent-words .visible-text, .card code")
    .evaluateAll((found) => found.map((each) => getComputedStyle(each).fontVariantLigatures));
  expect(drawn.length).toBeGreaterThan(2);
  expect(new Set(drawn)).toEqual(new Set(["none"]));
});

test("hostile text in a policy stays text", async ({ page }) => {
  await open(page, "policy");
  const quoted = JSON.stringify(SCRIPT);
  // The engine refuses hidden characters in ids, and anywhere as they are; written as an escape in a reason they come through.
  const reason = `${quoted.slice(0, -1)}\\u202E"`;
  await writePolicy(
    page,
    `name: ${quoted}\ndescription: ${quoted}\nrules:\n  - { id: ${quoted}, tool: ${quoted}, action: escalate, reason: ${reason} }\n  - { tool: a, action: ${quoted} }\n`,
  );
  await expect(page.locator(".problem").filter({ hasText: "<img src=x" }).first()).toBeVisible();
  await picture(page, "hostile-policy");

  await writePolicy(
    page,
    `name: ${quoted}\nrules:\n  - { id: ${quoted}, tool: "*", action: escalate, reason: ${reason} }\n`,
  );
  await expect(page.locator(".outline")).toContainText(SCRIPT);
  await go(page, "simulate");
  const address = await queue(page, { tool: "x" });
  await expect(page.locator(".decision .facts")).toContainText(`${SCRIPT}‹U+202E›`);
  await openCard(page, address);
  await expect(page.locator(".card .facts")).toContainText(`${SCRIPT}‹U+202E›`);
  await expect(page.locator("img, main script")).toHaveCount(0);
});

test("hostile text in a file and its name stays text", async ({ page }) => {
  await open(page, "simulate");
  const line = JSON.stringify({ tool: `${SCRIPT}\u202E`, args: { a: HIDDEN } });
  await page.getByLabel("Open file of calls…").setInputFiles({
    name: "<img src=x onerror=alert(4)>.ndjson",
    mimeType: "text/plain",
    buffer: Buffer.from(`${line}\n{"tool":"${SCRIPT}`),
  });
  const rows = page.locator(".decisions tbody tr");
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText(`${SCRIPT}‹U+202E›`);
  await rows.first().click();
  await expect(page.locator("pre.line")).toContainText("‹U+202E›");
  await rows.nth(1).click();
  await expect(page.locator("pre.line")).toContainText("<img src=x");
  await expect(page.locator("img, main script")).toHaveCount(0);
});

test("a17_too_large_to_read: a call that nobody can read through is not put before anybody", async ({ page }) => {
  await open(page, "simulate");
  await simulate(page, { tool: "file.write", args: { text: "x".repeat(150_000) } });
  await page.getByRole("button", { name: "Put in the review queue" }).click();
  await expect(page.getByRole("alert")).toContainText("too large for a person to read");
});

test("the page speaks to no other origin and holds one policy for scripts", async ({ page, watch }) => {
  watch.expected.push(/trusted-types|TrustedScriptURL|TrustedTypePolicy/i);
  await open(page, "simulate");
  await simulate(page, { tool: "x" });
  const refused = await page.evaluate(() => {
    const tries: Record<string, () => unknown> = {
      policy: () =>
        (
          globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }
        ).trustedTypes.createPolicy("other", {}),
      worker: () => new Worker("other.js"),
    };
    return Object.entries(tries).map(([name, attempt]) => {
      try {
        attempt();
        return `${name} was possible`;
      } catch {
        return `${name} was refused`;
      }
    });
  });
  expect(refused).toEqual(["policy was refused", "worker was refused"]);
});
