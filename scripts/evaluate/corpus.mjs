/** Reads files of a folder of corpora: JSON lines. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../run.mjs";

/** The objects of `name`, one a line. */
export function readLines(folder, name) {
  return readText(folder, name)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, index) => {
      try {
        return JSON.parse(line);
      } catch (error) {
        throw new Problem(`${join(folder, name)}, line ${index + 1}: ${error.message}`);
      }
    });
}

/** The text of `name`. */
export function readText(folder, name) {
  try {
    return readFileSync(join(folder, name), "utf8");
  } catch (error) {
    throw new Problem(`cannot read ${join(folder, name)}: ${error.code ?? error.message}`);
  }
}
