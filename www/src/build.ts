/** Which build this script is of. Page, worker and service worker carry the same id, or nothing is approved. */

declare const __COUNTERSIGN_BUILD__: string;

/** The id of this build: a digest of all that went into it. */
export const BUILD: string = __COUNTERSIGN_BUILD__;
