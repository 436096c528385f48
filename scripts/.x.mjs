import { rmSync } from "node:fs";
import { build } from "vite";

process.chdir("/tmp/wt-route/www");
rmSync("/tmp/route-out2", { recursive: true, force: true });
await build({
  root: "/tmp/wt-route/www",
  logLevel: "error",
  oxc: {
    jsx: { runtime: "classic", pragma: "jsxElement", pragmaFrag: "JsxFragment", importSource: undefined },
    jsxInject: 'import { h as jsxElement, Fragment as JsxFragment } from "preact"',
  },
  build: { outDir: "/tmp/route-out2", sourcemap: true, emptyOutDir: true },
});
