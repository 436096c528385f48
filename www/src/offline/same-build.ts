/**
 * Whether everything that makes this page is of one build. If not, it approves nothing.
 *
 * The worker says so when it loads; the service worker is asked before every approval, because another tab may have let a
 * newer one take over, and a server on the address of an older one may have left one behind.
 */

import { BUILD } from "../build.ts";

const ANSWER_MS_MAX = 3_000;

/** Why this page must be loaded again before it approves anything; `null` if all is of one build. */
export async function otherBuild(): Promise<string | null> {
  const page = document.querySelector('meta[name="countersign-build"]')?.getAttribute("content") ?? null;
  // While the app is developed there is no build.
  if (page === null && import.meta.env.DEV) return null;
  if (page !== BUILD) return "the page and its scripts are of different versions";
  const { controller } = navigator.serviceWorker ?? {};
  // A page that comes from the network has none; its files name each other by their contents.
  if (controller == null) return null;
  const serving = await buildOf(controller);
  if (serving === BUILD) return null;
  return serving === null
    ? "what serves this page offline does not say which version it is"
    : "a newer version of this app has taken over, and this page is of the older one";
}

/** The id of the build that a service worker serves; `null` if it does not answer. */
export function buildOf(worker: ServiceWorker): Promise<string | null> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const answered = (build: string | null) => {
      clearTimeout(timer);
      port1.close();
      resolve(build);
    };
    const timer = setTimeout(() => answered(null), ANSWER_MS_MAX);
    port1.onmessage = ({ data }) => answered(typeof data === "string" ? data : null);
    worker.postMessage("which build?", [port2]);
  });
}
