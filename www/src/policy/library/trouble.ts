/** Says why the browser did not keep something, and what to do. */

export function reasonOf(error: unknown): string {
  const name = error instanceof DOMException || error instanceof Error ? error.name : "";
  switch (name) {
    case "QuotaExceededError":
      return "This browser has no more room, so the library could not be changed; what it held before is still there. Export the library, delete policies that are not needed, or free room for this site.";
    case "InvalidStateError":
    case "AbortError":
      return "The browser has closed the library's storage, so it could not be changed. Open the library again, or load the page again; download the text first if it matters.";
    case "SecurityError":
    case "InvalidAccessError":
      return "This browser lets no page keep anything here (private browsing, or storage is switched off). Policies can be opened and downloaded, but not kept.";
    default:
      return `The library of this browser cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}
