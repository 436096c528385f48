/**
 * Keeps the app for use without a network, and offers a newer version when there is one: it takes over when somebody asks for
 * it, never by itself.
 */

import { signal } from "@preact/signals";
import { BUILD } from "../build.ts";
import { registerServiceWorker } from "../engine/trusted.ts";
import { isServed, SPACE } from "../place.ts";
import { forgetFiles } from "./forget.ts";
import { buildOf } from "./same-build.ts";

export type Offline =
  /** Not kept, or not yet; `why` if somebody or something is against it. */
  { readonly state: "off"; readonly why: string | null } | { readonly state: "keeping" } | { readonly state: "kept" };

export const offline = signal<Offline>({ state: "off", why: null });

/** Whether a newer version waits for a reload, or has taken over from another tab. */
export const newer = signal<"none" | "waiting" | "took-over">("none");

/** Whether there is anything to keep, and a browser that can: not while the app is developed, nor on an insecure address. */
export const canKeep = import.meta.env.PROD && navigator.serviceWorker !== undefined;

const SWITCH = `${SPACE}.offline`;
const LOOK_AGAIN_MS = 3_600_000;

let registration: ServiceWorkerRegistration | undefined;
let asked = false;

/** Begins once the page has what it needs: keeping the files must not compete with loading them. */
export function keepForOffline(): void {
  const { serviceWorker } = navigator;
  if (!canKeep) return;
  // A page of another build has its own files as long as somebody holds this.
  navigator.locks?.request(`${SPACE}-build ${BUILD}`, { mode: "shared" }, () => new Promise<never>(() => undefined));
  serviceWorker.addEventListener("controllerchange", tookOver);
  // The page before this one in this tab is gone by now, and its build perhaps of no more use.
  serviceWorker.controller?.postMessage("page opened");
  // What `countersign review` serves ends with it, and another server may stand at its address next.
  if (isServed || switched() === "off") void switchOff();
  else void register();
}

/** Keeps the app from now on, or no longer; remembered in this browser. */
export function switchOffline(on: boolean): void {
  try {
    localStorage.setItem(SWITCH, on ? "on" : "off");
  } catch {
    // It holds for this page then.
  }
  if (on) void register();
  else void switchOff();
}

async function switchOff(): Promise<void> {
  registration = undefined;
  offline.value = { state: "off", why: null };
  await forgetFiles();
}

/** Lets the newer version take over, and loads the page again. */
export function takeNewer(): void {
  asked = true;
  if (newer.value === "waiting" && registration?.waiting != null) registration.waiting.postMessage("take over");
  else window.location.reload();
}

async function register(): Promise<void> {
  offline.value = { state: "keeping" };
  try {
    registration = await registerServiceWorker();
  } catch (error) {
    offline.value = { state: "off", why: error instanceof Error ? error.message : String(error) };
    return;
  }
  // A browser that is told to allow none may answer nothing.
  if (registration === undefined) {
    offline.value = { state: "off", why: "This browser does not allow it." };
    return;
  }
  follow(registration);
}

function follow(found: ServiceWorkerRegistration): void {
  const look = () => {
    if (found.active !== null) offline.value = { state: "kept" };
    // Without one before it, a worker does not wait: it begins to serve this page, and is of the same build.
    if (found.waiting !== null && found.active !== null && newer.value === "none") newer.value = "waiting";
  };
  const followNext = () => {
    const { installing } = found;
    installing?.addEventListener("statechange", () => {
      look();
      if (installing.state === "redundant" && found.active === null) {
        offline.value = { state: "off", why: "The files could not be fetched whole." };
      }
    });
  };
  found.addEventListener("updatefound", followNext);
  followNext();
  look();
  let lookedMs = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || Date.now() - lookedMs < LOOK_AGAIN_MS) return;
    lookedMs = Date.now();
    // Without a network there is nothing newer to find.
    found.update().catch(() => undefined);
  });
}

async function tookOver(): Promise<void> {
  if (asked) {
    window.location.reload();
    return;
  }
  const { controller } = navigator.serviceWorker;
  if (controller !== null && (await buildOf(controller)) !== BUILD) newer.value = "took-over";
}

function switched(): string | null {
  const wanted = new URLSearchParams(window.location.search).get("offline");
  if (wanted === "off" || wanted === "on") {
    try {
      localStorage.setItem(SWITCH, wanted);
    } catch {
      return wanted;
    }
  }
  try {
    return localStorage.getItem(SWITCH);
  } catch {
    return null;
  }
}
