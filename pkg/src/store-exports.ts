/** What every entry exports that works with a store. */
export type { ReviewerKey, ReviewSigner, ReviewVerifier } from "./reviewers.js";
export { reviewSigner, reviewVerifier } from "./reviewers.js";
export type { LoadOptions } from "./sources.js";
export type {
  Append,
  Filter,
  IndexRow,
  ListPage,
  ListQuery,
  Store,
  StoredEscalation,
  UsageQuery,
  Used,
} from "./stores/store.js";
export { EMPTY_HEAD } from "./stores/store.js";
export type * from "./types.js";
