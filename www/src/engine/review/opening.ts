/** What needs more of the package than reviewing does: fetched when a call is put in the queue, or changed. */

import {
  type Call,
  createEscalations,
  type EditInput,
  type EscalationRecord,
  type Policy,
  type Store,
} from "countersign";

export function openIn(store: Store, policy: Policy, call: Call): Promise<EscalationRecord> {
  return createEscalations({ store }).open(policy, call);
}

export function editIn(store: Store, id: string, policy: Policy, edit: EditInput): Promise<EscalationRecord> {
  return createEscalations({ store }).edit(id, policy, edit);
}
