/**
 * The page's first script.
 *
 * A framed page could be laid under somebody else's buttons, so in a frame nothing is rendered and no engine starts.
 */
if (window.top === window.self) {
  // First of all the token leaves the address.
  const { isDemo } = await import("./place.ts");
  if (isDemo) await (await import("./demo/prepare.ts")).prepareDemo();
  const { mount } = await import("./app.tsx");
  mount(document.getElementById("app"));
}

export {};
