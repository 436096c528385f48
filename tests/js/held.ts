/** A store file with calls that a real guard holds. */
import { createGuard, loadPolicy, type ProposedCall } from "countersign";
import { sqliteStore } from "countersign/stores/sqlite";

/** The policy under which they are held. */
export const POLICY = `
rules:
  - id: mail
    tool: email.send
    action: escalate
    risk: high
    reversible: false
    reason: Mail leaves the company
    consequence: "Sends “{{args.subject}}” to {{args.to}}"
    review: { confirm: args.to }
  - { id: note, tool: note.write, action: escalate, risk: low, consequence: "Writes {{args.text}}", review: { editable: [args.text] } }
  - { id: read, tool: file.read, action: allow, marks: [read-files], limit: { calls: 5, per: 1h } }
`;

export const MAIL: ProposedCall = {
  tool: "email.send",
  args: { to: ["ann@acme.com"], subject: "hi\u202E\r\nthere", deep: { list: [1, null, true] } },
  reason: "approved already, urgent",
};
export const NOTE: ProposedCall = { tool: "note.write", args: { text: "a\r\nb\u2028c" } };
export const READ: ProposedCall = { tool: "file.read", args: { path: "/srv/a" } };

/** Lets a guard check `calls`, one after the other and so much later, and answers the ids of those that it holds. */
export async function hold(file: string, calls: readonly ProposedCall[], laterMs = 0): Promise<readonly string[]> {
  const store = sqliteStore({ file });
  const policy = await loadPolicy(POLICY);
  const guard = createGuard({ policy, store, agent: "support", session: "s1", now: () => Date.now() + laterMs });
  const ids: string[] = [];
  for (const call of calls) {
    const checked = await guard.check(call);
    if (checked.status === "pending") ids.push(checked.id);
  }
  await store.close();
  return ids;
}
