/** What `countersign test --junit` writes is XML for a reader of XML that is not ours, whatever stands in names. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../js/command.ts";
import { expect, test } from "./app.ts";

const NAMES = [
  `<![CDATA[ ]]> & "quotes" 'and' -- ?>`,
  '</testcase><testcase name="x"/>',
  "bell \u0007, escape \u001b[2K, NUL \u0000, delete \u007f, C1 \u0085",
  "reversed \u202e, invisible \u200b\u2060, not characters \ufffe\uffff",
  "line\nend\r\nand tab\t, emoji 😀, plane 16 \u{10fffd}",
];

test("the XML of --junit is well-formed and says what was tested", async ({ page }, info) => {
  const folder = info.outputPath("junit");
  mkdirSync(folder, { recursive: true });
  const tests = NAMES.map((name, at) => ({ name, call: { tool: "a" }, expect: at % 2 === 0 ? "allow" : "block" }));
  const policy = { rules: [{ tool: "a", action: "allow" }], tests };
  // JSON is YAML; what JSON may write raw, YAML may not.
  const text = JSON.stringify(policy).replace(/[\u007f-\u009f\u200b-\u206f\ufffe\uffff]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  writeFileSync(join(folder, "p&q.yaml"), text);
  try {
    const { code, stderr } = await run(["test", "p&q.yaml", "--junit", "out.xml"], "", folder);
    expect([code, stderr]).toEqual([1, ""]);
    const xml = readFileSync(join(folder, "out.xml"), "utf8");
    // The app refuses to make markup of text.
    await page.goto("about:blank");
    const read = await page.evaluate((source) => {
      const document = new DOMParser().parseFromString(source, "application/xml");
      const cases = [...document.querySelectorAll("testsuites > testsuite > testcase")];
      return {
        error: document.querySelector("parsererror")?.textContent ?? null,
        root: document.documentElement.getAttribute("tests"),
        suite: document.querySelector("testsuite")?.getAttribute("name"),
        cases: cases.map((each) => ({
          name: each.getAttribute("name"),
          failures: each.querySelectorAll("failure").length,
        })),
      };
    }, xml);
    expect(read.error).toBeNull();
    expect([read.root, read.suite]).toEqual([String(NAMES.length), "p&q.yaml"]);
    expect(read.cases.map(({ failures }) => failures)).toEqual(NAMES.map((_, at) => at % 2));
    expect(read.cases.map(({ name }) => name)).toEqual([
      NAMES[0],
      NAMES[1],
      "bell ‹U+0007›, escape ‹U+001B›[2K, NUL ‹U+0000›, delete ‹U+007F›, C1 ‹U+0085›",
      "reversed ‹U+202E›, invisible ‹U+200B›‹U+2060›, not characters ‹U+FFFE›‹U+FFFF›",
      "line‹U+000A›end‹U+000D›‹U+000A›and tab‹U+0009›, emoji 😀, plane 16 \u{10fffd}",
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
