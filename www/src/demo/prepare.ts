/**
 * What the demonstration needs before the page starts: its policy, and the view in which the day is met.
 *
 * It imports nothing of the page: a bundler may put that into one script, which would then start before this is done.
 */

import policy from "./demo-policy.yaml?raw";

/** The `SPACE` of `place.ts` in a demonstration. */
const SPACE = "countersign-demo";

/** The names under which the page keeps the policy that is edited. */
const POLICY = `${SPACE}.policy`;
const DRAFT = `${SPACE}.draft`;
/** Set while the demonstration starts over: the page clears it all before anything has opened it. */
const AGAIN = `${SPACE}.again`;

/** Where the day is met. Written out: `route.ts` reads the address when it is loaded, which must be later. */
const REVIEW = "#/review";

export async function prepareDemo(): Promise<void> {
  let isNew = false;
  try {
    if (localStorage.getItem(AGAIN) !== null) await clearDemo();
    if (localStorage.getItem(POLICY) === null && localStorage.getItem(DRAFT) === null) {
      localStorage.setItem(POLICY, policy);
      isNew = true;
    }
  } catch {
    // A browser that keeps nothing shows its usual first policy.
  }
  if (window.location.hash === "") {
    window.history.replaceState(null, "", `${window.location.pathname}${window.location.search}${REVIEW}`);
  }
  if (!isNew) return;
  // The page's script may have been read already, with the policy that it found then: it is loaded once more.
  window.location.reload();
  await new Promise(() => undefined);
}

/** Clears all that the demonstration has kept, and nothing else, and loads the page again. */
export function startOver(): void {
  localStorage.setItem(AGAIN, "yes");
  window.history.replaceState(null, "", `${window.location.pathname}${window.location.search}${REVIEW}`);
  window.location.reload();
}

async function clearDemo(): Promise<void> {
  const databases = await indexedDB.databases();
  const ours = databases.flatMap(({ name }) => (name !== undefined && isOfDemo(name) ? [name] : []));
  await Promise.all(ours.map(deleteDatabase));
  for (const key of Object.keys(localStorage).filter(isOfDemo)) localStorage.removeItem(key);
}

/** Whether a name begins with the space of the demonstration. What is real begins otherwise. */
function isOfDemo(name: string): boolean {
  return name === SPACE || /^[.-]/.test(name.startsWith(SPACE) ? name.slice(SPACE.length) : "");
}

/** Ends once it is deleted; another tab that still holds it lets go when it is asked to. */
function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    for (const type of ["success", "error", "blocked"]) request.addEventListener(type, () => resolve());
  });
}
