#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/cli/main.js", import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write(
    "error[not-built]: the package is not built\n  = help: run `npm run build` at the root of the repository\n",
  );
  process.exitCode = 2;
}
