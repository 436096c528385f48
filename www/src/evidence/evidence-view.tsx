/** The evidence view: what reviewers did, and how long they were waited for. */

export function EvidenceView() {
  return <h1>Evidence</h1>;
}
