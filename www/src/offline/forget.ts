/** Removes what this folder keeps for use without a network. */

const FOLDER = "./";

/** Removes the service worker of this folder and all files that it keeps. The page stays as it is until it is loaded again. */
export async function forgetFiles(): Promise<void> {
  const scope = new URL(FOLDER, document.baseURI);
  const found = await navigator.serviceWorker?.getRegistration(FOLDER);
  if (found?.scope === scope.href) await found.unregister();
  const names = (await window.caches?.keys()) ?? [];
  const ours = names.filter((name) => name.startsWith(`countersign-build ${scope.pathname} `));
  await Promise.all(ours.map((name) => caches.delete(name)));
}

/**
 * Whether somebody opened an address that `countersign review` printed, and got a page that was kept before from another
 * server at the same address: the calls of this browser would stand where they look for those of their store.
 */
export function standsInForServer(): boolean {
  return window.location.hash.startsWith("#token=") && navigator.serviceWorker?.controller != null;
}
