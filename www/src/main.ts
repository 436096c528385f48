/**
 * The page's first script.
 *
 * A framed page could be laid under somebody else's buttons, so in a frame nothing is rendered and no engine starts.
 */
const host = document.getElementById("app");
// What stood there says why nothing starts, for those on whose side this script never runs.
host?.replaceChildren();
if (window.top === window.self) {
  // The demonstration, which no server serves, puts its policy where the page finds it.
  const mayBeDemo = new URLSearchParams(window.location.search).has("demo");
  if (mayBeDemo && document.querySelector('meta[name="countersign-store"]') === null) {
    await (await import("./demo/prepare.ts")).prepareDemo();
  }
  const { start } = await import("./start.ts");
  await start(host);
}

export {};
