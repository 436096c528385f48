/**
 * The page's first script.
 *
 * A framed page could be laid under somebody else's buttons, so in a frame nothing is rendered and no engine starts.
 */
const host = document.getElementById("app");
// What stood there says why nothing starts, for those on whose side this script never runs.
host?.replaceChildren();
if (window.top === window.self) {
  const { start } = await import("./start.ts");
  await start(host);
}

export {};
