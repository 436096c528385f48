/** The one room for what differs from run to run: the clock, timers and random ids. Clock and ids are parameters elsewhere. */

/** The time now, in Unix milliseconds UTC. */
export function nowMs(): number {
  return Date.now();
}

/** A new id that nobody can guess: 32 lower-case hexadecimal digits, 128 random bits. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What hides an event behind its commitment: 32 lower-case hexadecimal digits, 128 random bits. */
export function newSalt(): string {
  return newId();
}

/** Waits for some time below `msMax` that is different each time, so that those who met do not meet again. */
export function pauseBelow(msMax: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.random() * msMax);
  });
}

/** A timer can wait no longer; whoever waits for more looks again. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Calls `due` once after `ms` milliseconds, at most after 24 days. Answers how to stop it. */
export function after(ms: number, due: () => void): () => void {
  const timer = setTimeout(due, Math.min(Math.max(ms, 0), TIMER_MS_MAX));
  return () => clearTimeout(timer);
}
