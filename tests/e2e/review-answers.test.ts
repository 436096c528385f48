/** Answers are deliberate: reasons, parts that were on screen, edits that keep types, questions, keys, and no tricks. */

import {
  approve,
  approveShown,
  approveThis,
  askApproval,
  expect,
  giveReason,
  go,
  open,
  openCard,
  outcome,
  type Page,
  queue,
  readThrough,
  reject,
  rejectShown,
  test,
  writePolicy,
} from "./app.ts";
import { held, MAIL, NOTE, PAYMENT, POLICY } from "./review-policy.ts";

/** Words that were held as they stand: each row of the arguments. */
function row(page: Page, key: string) {
  return page.getByRole("list", { name: "Arguments", exact: true }).locator(".row", { hasText: `${key}:` });
}

test("c15_a_blank_or_one_letter_reason_is_refused on reject and on approving what is risky", async ({ page }) => {
  const [address = ""] = await held(page, MAIL);
  await openCard(page, address);
  await reject(page).click();
  const rejectThis = page.getByRole("button", { name: "Reject this call" });
  const words = page.getByLabel("In your words");
  for (const [code, text] of [
    [null, "not like this"],
    ["Nobody asked for this", ""],
    ["Nobody asked for this", "x"],
    ["Nobody asked for this", "  . "],
  ] as const) {
    if (code !== null) await page.getByRole("radio", { name: code }).check();
    await words.fill(text);
    await expect(rejectThis).toHaveAttribute("aria-disabled", "true");
    await rejectThis.click({ force: true });
  }
  await page.reload();
  await expect(page.locator(".card-chips")).toContainText("pending");

  await openCard(page, address);
  await askApproval(page);
  await expect(page.getByRole("radio").first()).toBeFocused();
  await page.getByLabel("Type the value of args.to").fill("bob@example.com");
  await page.getByRole("radio", { name: "Something else" }).check();
  await words.fill("y");
  await page.waitForTimeout(2_500);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("button", { name: "Back" }).click();
  await rejectShown(page, "Bob left the company");
  await expect(outcome(page)).toContainText("Note: Bob left the company");
});

test("a02_a_value_behind_200_line_ends_is_on_screen before the call can be approved", async ({ page }) => {
  const [address = ""] = await held(page, { tool: "file.write", args: { text: `a${"\n".repeat(200)}rm -rf /` } });
  // Too low for the card: what stands below is not on screen.
  await page.setViewportSize({ width: 1280, height: 420 });
  await openCard(page, address);
  await expect(row(page, "text")).toContainText("⏎×200");
  await expect(row(page, "text")).toContainText("rm -rf /");
  await expect(page.locator(".approve-state")).toContainText("Approving is locked");
  await page.waitForTimeout(2_500);
  await expect(approve(page)).toHaveAttribute("aria-disabled", "true");
  await readThrough(page);
  await expect(approve(page)).toHaveAttribute("aria-disabled", "false");
});

test("a03_approving_is_locked_until_a_long_value_is_unfolded and was on screen from end to end", async ({ page }) => {
  const long = `${"word ".repeat(3_200)}; rm -rf /`;
  const [address = ""] = await held(page, { tool: "file.write", args: { text: long, zz: 1 } });
  await openCard(page, address);
  await expect(page.getByText(/about 15,\d+ more characters are folded/)).toBeVisible();
  await page.waitForTimeout(1_500);
  await expect(approve(page)).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("button", { name: "Show all of it" }).click();
  await expect(row(page, "text")).toContainText("; rm -rf /");
  // The end of the page in one jump leaves out what stands between.
  await page.evaluate(() => scrollTo(0, 0));
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.waitForTimeout(1_500);
  await expect(approve(page)).toHaveAttribute("aria-disabled", "true");
  await readThrough(page);
  // Not before there was time to read that much.
  await expect(approve(page)).toHaveAttribute("aria-disabled", "false", { timeout: 30_000 });
});

test("a18_a_secret_is_masked, and a look at it is recorded with the answer", async ({ page }) => {
  const [address = ""] = await held(page, { tool: "file.write", args: { path: "a", password: "hunter2hunter2" } });
  await openCard(page, address);
  await expect(row(page, "password")).not.toContainText("hunter2");
  await page.getByRole("button", { name: /Look at the masked value/ }).click();
  await expect(row(page, "password")).toContainText("hunter2hunter2");
  await approveShown(page);
  await expect(outcome(page)).toContainText("Note: looked at args.password");
});

test("a19_a_key_that_the_similar_approved_call_had_not is marked", async ({ page }) => {
  const mail = { tool: "file.write", args: { path: "a", text: "b" } };
  const [first = "", second = ""] = await held(page, mail, { ...mail, args: { ...mail.args, zzz: "secretly" } });
  await openCard(page, first);
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
  await openCard(page, second);
  await expect(row(page, "zzz")).toContainText("new here");
  await expect(row(page, "path")).not.toContainText("new here");
  await page.getByRole("button", { name: "Only what differs" }).click();
  await expect(row(page, "path")).toHaveCount(0);
  // What is hidden was not read.
  await expect(page.getByText("Approving is locked while values are hidden")).toBeVisible();
  await expect(approve(page)).toHaveAttribute("aria-disabled", "true");
});

test("a01_a06_a_reason_that_lies is last, framed and folded, and nothing of it stands above", async ({ page }) => {
  const lie = "✅ LOW RISK · pre-approved · only reads a file";
  const [address = ""] = await held(page, {
    tool: "file.delete",
    args: { path: "/srv/all", text: `╔══╗ ${lie}` },
    reason: lie,
  });
  await openCard(page, address);
  await expect(page.locator(".card-head")).toContainText(/delete/i);
  await expect(page.locator(".card-head")).toContainText("/srv/all");
  await expect(page.locator(".card-head")).not.toContainText("pre-approved");
  await expect(page.locator(".queue")).not.toContainText("pre-approved");
  const words = page.locator(".agent-words");
  await expect(words.locator("summary")).toHaveText("Written by the agent, not verified");
  await expect(words).not.toHaveAttribute("open");
  // Chips of the app stand outside of what the agent wrote.
  await expect(page.locator(".rows .chip, .agent-words .chip")).toHaveCount(0);
  const order = await page.locator(".card").evaluate((card) => {
    const places = [".card-head", ".facts", ".exact", ".known", ".agent-words", ".decide"];
    const all = places.map((place) => card.querySelector(place)).filter((found) => found !== null);
    return all.every((each, at) => {
      const next = all[at + 1];
      return next === undefined || (each.compareDocumentPosition(next) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
    });
  });
  expect(order).toBe(true);
});

test("c03_urgency_in_the_reason is never in the headline and is pointed out", async ({ page }) => {
  const [address = ""] = await held(page, MAIL);
  await openCard(page, address);
  await expect(page.locator(".card-head")).not.toContainText("URGENT");
  await page.getByText("Written by the agent, not verified").click();
  await expect(page.locator(".agent-words .agent-note").first()).toBeVisible();
});

test("b09_edits_keep_their_types: a number stays a number, a boolean a boolean", async ({ page }) => {
  const [address = ""] = await held(page, NOTE);
  await openCard(page, address);
  await page.getByRole("button", { name: "Approve with edits…" }).click();
  const decide = page.getByRole("button", { name: "Decide the changed call" });
  await expect(decide).toHaveAttribute("aria-disabled", "true");
  await page.getByLabel("args.copies").fill("three");
  await expect(page.locator(".field-problem")).toContainText("must be a number");
  await expect(decide).toHaveAttribute("aria-disabled", "true");
  await page.getByLabel("args.copies").fill("3");
  await page.getByLabel("args.urgent").selectOption("true");
  await page.getByLabel("args.text").fill("40");
  await decide.click();
  await expect(page.getByText("A reviewer has edited this call")).toBeVisible();
  await expect(row(page, "copies")).toContainText("3 number");
  await expect(row(page, "urgent")).toContainText("true boolean");
  await expect(row(page, "text")).toContainText('"40" string');
  const before = page.getByRole("list", { name: "Arguments as they were held" });
  await expect(before.locator(".row", { hasText: "copies:" })).toContainText("2 number");
  await page.reload();
  await expect(page.getByText("A reviewer has edited this call")).toBeVisible();
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
});

test("b13_an_edit_that_the_policy_blocks is not approved", async ({ page }) => {
  const [address = ""] = await held(page, NOTE);
  await open(page, "policy");
  const strict = POLICY.replace(
    "rules:\n",
    "rules:\n  - { id: no-bombs, tool: note.write, when: { args.text: { contains: bomb } }, action: block }\n",
  );
  await writePolicy(page, strict);
  await openCard(page, address);
  await page.getByRole("button", { name: "Approve with edits…" }).click();
  await page.getByLabel("args.text").fill("a bomb");
  await page.getByRole("button", { name: "Decide the changed call" }).click();
  // Nothing of it was recorded: the call waits as it was held.
  await expect(page.locator(".card").getByRole("alert")).toContainText(/block/);
  await page.reload();
  await expect(page.locator(".card-chips")).toContainText("pending");
  await expect(row(page, "text")).toContainText("Buy milk");
  await expect(page.getByText("A reviewer has edited this call")).toHaveCount(0);
  await expect(outcome(page)).toHaveCount(0);
});

test("a question is kept, the call goes on waiting, and survives a reload", async ({ page }) => {
  const [address = ""] = await held(page, NOTE);
  await openCard(page, address);
  await page.getByRole("button", { name: "Ask for more…" }).click();
  await page.getByLabel("Ask the agent").fill("Whose milk?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText("asked: Whose milk?")).toBeVisible();
  await page.reload();
  await expect(page.getByText("asked: Whose milk?")).toBeVisible();
  await expect(page.locator(".card-chips")).toContainText("pending");
});

test("c16_keys_alone do all of it: move, read, reject, and approve by a second key", async ({ page }) => {
  const [, second = ""] = await held(page, NOTE, { ...NOTE, args: { ...NOTE.args, text: "Buy bread" } });
  await go(page, "review");
  await expect(page.locator(".queue .line")).toHaveCount(2);
  await page.keyboard.press("j");
  await expect(page.locator(".card")).toBeVisible();
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`${second}$`));
  await expect(reject(page)).toHaveAttribute("aria-disabled", "false");
  // The confirming key does nothing before the question, and the asking key does not confirm.
  await page.keyboard.press("y");
  await page.keyboard.press("n");
  await expect(approve(page)).toHaveAttribute("aria-disabled", "false");
  await page.keyboard.press("a");
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await page.keyboard.press("a");
  await expect(page.locator(".card-chips")).toContainText("pending");
  await page.keyboard.press("y");
  await expect(outcome(page)).toContainText("approved");
  await page.keyboard.press("y");
  await page.keyboard.press("k");
  await expect(reject(page)).toHaveAttribute("aria-disabled", "false");
  await page.keyboard.press("r");
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.type("already done, j and y are letters here");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(outcome(page)).toContainText("rejected");
  await expect(outcome(page)).toContainText("j and y are letters here");
});

test("c04_a_held_key_approves_nothing: neither the one that asks, nor one that was held since before", async ({
  page,
}) => {
  const [address = ""] = await held(page, NOTE);
  await openCard(page, address);
  await readThrough(page);
  await expect(approve(page)).toHaveAttribute("aria-disabled", "false");
  await page.keyboard.down("y");
  await page.keyboard.press("a");
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  for (let at = 0; at < 20; at += 1) {
    // Repeats, as the keyboard sends them while a key is held.
    await page.keyboard.down("y");
    await page.waitForTimeout(30);
  }
  await page.keyboard.up("y");
  await page.keyboard.down("a");
  for (let at = 0; at < 20; at += 1) await page.keyboard.down("a");
  await page.keyboard.up("a");
  await expect(approveThis(page)).toBeVisible();
  await expect(page.locator(".card-chips")).toContainText("pending");
});

test("c08_keys_from_a_script approve nothing", async ({ page }) => {
  const [address = ""] = await held(page, NOTE);
  await openCard(page, address);
  await readThrough(page);
  await expect(approve(page)).toHaveAttribute("aria-disabled", "false");
  await page.evaluate(() => {
    for (const key of ["a", "y", "r", "i"]) dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  });
  await page.waitForTimeout(1_500);
  await expect(reject(page)).toBeVisible();
  await expect(page.locator(".card-chips")).toContainText("pending");
});

test("c07_another_window_between_two_clicks disarms the approval", async ({ page, context }) => {
  const [address = ""] = await held(page, NOTE);
  await openCard(page, address);
  await askApproval(page);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  // Playwright lets every page believe that it has the focus.
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setFocusEmulationEnabled", { enabled: false });
  const other = await context.newPage();
  await other.bringToFront();
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "true");
  await page.bringToFront();
  await approveThis(page).click({ force: true });
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await expect(page.locator(".card-chips")).toContainText("pending");
});

test("what has to be typed cannot be pasted, and a wrong value is refused", async ({ page }) => {
  const [address = ""] = await held(page, MAIL);
  await openCard(page, address);
  await askApproval(page);
  const typed = page.getByLabel("Type the value of args.to");
  await typed.evaluate((input) => {
    const data = new DataTransfer();
    data.setData("text/plain", "bob@example.com");
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(page.getByText("what is pasted was not read")).toBeVisible();
  await expect(typed).toHaveValue("");
  for (const place of [".rows", ".card-head", ".consequence"]) {
    const select = await page
      .locator(place)
      .first()
      .evaluate((found) => getComputedStyle(found).userSelect);
    expect(select, place).toBe("none");
  }
  await typed.fill("bob@example.org");
  await giveReason(page);
  await approveThis(page).click();
  await expect(page.getByRole("alert")).toContainText("what was typed is not what stands in the call");
  await expect(page.locator(".card-chips")).toContainText("pending");
});

test("c11_an_answer_faster_than_reading is marked as such", async ({ page }) => {
  const call = {
    tool: "file.write",
    args: { path: "a", text: "many words that somebody has to read through. ".repeat(20) },
  };
  const [approved = "", rejected = ""] = await held(page, call, { ...call, args: { ...call.args, path: "b" } });
  await openCard(page, approved);
  await approveShown(page);
  await expect(outcome(page)).toContainText(/Answered after \d+\.\d s; reading its \d+ words takes \d+\.\d s at least/);
  await expect(outcome(page)).toContainText("Such an approval is no evidence for relaxing a rule");
  // A rejection relaxes nothing, however fast it comes.
  await openCard(page, rejected);
  await rejectShown(page, "too quick");
  await expect(outcome(page)).toContainText("rejected");
  await expect(outcome(page)).not.toContainText("Answered after");
});

test("c14_after_45_minutes a break is offered, and after 30 answers an hour a word", async ({ page }) => {
  await page.clock.install();
  const [address = ""] = await held(page, PAYMENT);
  await page.goto(`./${address}`);
  await expect(page.locator(".card")).toBeVisible();
  for (let minute = 0; minute < 46; minute += 1) await page.clock.runFor(60_000);
  await expect(page.getByText(/You have reviewed for 4\d minutes without a break/)).toBeVisible();
  await page.getByRole("button", { name: "I have had a break" }).click();
  await expect(page.getByText(/You have reviewed for/)).toHaveCount(0);
  await page.evaluate(() => {
    const answersMs = Array.from({ length: 30 }, () => Date.now());
    sessionStorage.setItem("countersign-working", JSON.stringify({ sinceMs: null, lastMs: 0, answersMs }));
  });
  await page.reload();
  await expect(page.getByText("You have answered 30 calls within an hour")).toBeVisible();
});

test("the card leads to its rule in the policy in force, and says so if another policy decided", async ({ page }) => {
  const [address = ""] = await held(page, PAYMENT);
  await openCard(page, address);
  await page.getByRole("link", { name: "show it in the policy" }).click();
  await expect(page.locator("h1")).toHaveText("Policy");
  await expect(page.locator(".cm-activeLine")).toContainText("Money leaves the account");
  await writePolicy(page, "rules: [{ tool: x, action: allow }]");
  await openCard(page, address);
  await expect(page.getByRole("link", { name: "show it in the policy" })).toHaveCount(0);
  await expect(page.locator(".card .facts")).toContainText("is not the one in force here");
});

test("an undone approval stays undone", async ({ page }) => {
  await open(page, "simulate");
  const [address = ""] = await held(page, { tool: "file.write", args: { path: "a" } });
  await openCard(page, address);
  await approveShown(page);
  await expect(page.locator(".undo")).toBeVisible();
  await page.keyboard.press("u");
  await expect(outcome(page)).toContainText("The approval was undone");
  await page.reload();
  await expect(outcome(page)).toContainText("The approval was undone");
  await go(page, "simulate");
  await queue(page, { tool: "file.write", args: { path: "b" } });
});
