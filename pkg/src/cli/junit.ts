/** What became of tests as JUnit XML, which continuous integration shows. */
import type { TestResult } from "../language.js";
import type { FileError } from "./files.js";
import { visible } from "./problem.js";

/** The tests of one policy, or why none ran. */
export type Suite = { readonly name: string } & (
  | { readonly tests: readonly TestResult[] }
  | { readonly error: FileError }
);

/** A whole document, well-formed whatever stands in names and messages. */
export function junitOf(suites: readonly Suite[]): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="countersign"${totals(suites)}>`,
    ...suites.flatMap(suiteLines),
    "</testsuites>",
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function totals(suites: readonly Suite[]): string {
  const sum = (of: (suite: Suite) => number) => suites.reduce((all, suite) => all + of(suite), 0);
  const tests = sum((suite) => ("tests" in suite ? suite.tests.length : 1));
  const failures = sum((suite) => ("tests" in suite ? suite.tests.filter(({ passed }) => !passed).length : 0));
  const errors = sum((suite) => ("error" in suite ? 1 : 0));
  return attributes({ tests, failures, errors, skipped: 0 });
}

function suiteLines(suite: Suite): readonly string[] {
  const { name } = suite;
  const cases = "tests" in suite ? suite.tests.flatMap((test) => testLines(name, test)) : errorLines(name, suite.error);
  return [`  <testsuite${attributes({ name })}${totals([suite])}>`, ...cases, "  </testsuite>"];
}

function testLines(file: string, { name, span, passed, message, differs }: TestResult): readonly string[] {
  const place = attributes({ name, classname: file, file, line: span.line });
  if (passed) return [`    <testcase${place}/>`];
  const why = attributes({ message: message ?? "", type: differs.join(" ") || "call" });
  const text = escaped(`${file}:${span.line}:${span.column}: ${message ?? ""}`);
  return [`    <testcase${place}>`, `      <failure${why}>${text}</failure>`, "    </testcase>"];
}

function errorLines(file: string, { code, message }: FileError): readonly string[] {
  return [
    `    <testcase${attributes({ name: "policy", classname: file, file })}>`,
    `      <error${attributes({ message, type: code })}/>`,
    "    </testcase>",
  ];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join("");
}

/** `text` in an element or attribute; what XML 1.0 has no room for, and what could deceive, as tokens like `‹U+0007›`. */
function escaped(text: string): string {
  const isolated = /[\uFFFE\uFFFF]|\p{Cs}/gu;
  return visible(text)
    .replace(isolated, (c) => `‹U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase()}›`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
