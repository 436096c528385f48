/** What the page asks about what reviewers did, and what comes back. */

export type EvidenceApi = Record<never, never>;
