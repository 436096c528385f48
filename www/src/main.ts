/**
 * The page's first script.
 *
 * A framed page could be laid under somebody else's buttons, so in a frame nothing is rendered and no engine starts.
 */
const host = document.getElementById("app");
// What stood there says why nothing starts, for those on whose side this script never runs.
host?.replaceChildren();
if (window.top === window.self) {
  // First of all the token leaves the address.
  const { isDemo, isServed } = await import("./place.ts");
  const { forgetFiles, standsInForServer } = await import("./offline/forget.ts");
  if (!isServed && standsInForServer()) {
    await forgetFiles();
    window.location.reload();
  } else {
    if (isDemo) await (await import("./demo/prepare.ts")).prepareDemo();
    const { mount } = await import("./app.tsx");
    mount(host);
  }
}

export {};
