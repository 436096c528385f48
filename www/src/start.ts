/** Starts the page, once it is known that it stands in no frame. */

// First of all the token leaves the address.
import "./place.ts";

import { mount } from "./app.tsx";
import { forgetFiles, standsInForServer } from "./offline/forget.ts";
import { isServed } from "./place.ts";

export async function start(host: HTMLElement | null): Promise<void> {
  if (isServed || !standsInForServer()) {
    mount(host);
    return;
  }
  await forgetFiles();
  window.location.reload();
}
