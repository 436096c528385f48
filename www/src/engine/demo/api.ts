/** What the page asks of the demonstration's agent, and what comes back. */

export type DemoApi = Record<never, never>;
