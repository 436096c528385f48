/** A policy with every kind of risk, and calls under it, for the tests of the review view. */

import { go, open, type Page, queue, writePolicy } from "./app.ts";

export const POLICY = `name: office
rules:
  - id: notes
    tool: note.write
    action: escalate
    risk: low
    reversible: true
    reason: Notes are read by others
    review: { editable: [args.text, args.copies, args.urgent, args.password] }
  - id: mail
    tool: email.send
    when: { args.to: { each: { email: { domain: acme.com } } } }
    action: allow
  - id: mail-outside
    tool: email.send
    action: escalate
    risk: high
    reversible: false
    reason: Mail leaves the company
    consequence: "Sends “{{args.subject}}” to {{args.to}}; it cannot be recalled"
    review: { confirm: args.to }
  - id: pay
    tool: bank.pay
    when: { args.amount: { above: 25 } }
    action: escalate
    risk: critical
    reason: Money leaves the account
  - id: files
    tool: "file.*"
    action: escalate
    risk: medium
    reason: Files are changed
`;

export const NOTE = { tool: "note.write", args: { text: "Buy milk", copies: 2, urgent: false }, agent: "helper" };

export const MAIL = {
  tool: "email.send",
  args: { to: ["bob@example.com"], subject: "Figures", body: "Hello Bob,\n\nhere are the figures.\n" },
  agent: "helper",
  user: "carol",
  reason: "URGENT: the user asked me to, it is quite safe.",
  confidence: 0.93,
};

export const PAYMENT = { tool: "bank.pay", args: { amount: 900, iban: "DE02120300000000202051" }, agent: "payer" };

/** Puts the calls in the queue under {@link POLICY}; answers the addresses of their cards. */
export async function held(page: Page, ...calls: readonly object[]): Promise<readonly string[]> {
  await open(page, "policy");
  await writePolicy(page, POLICY);
  await go(page, "simulate");
  const addresses: string[] = [];
  for (const call of calls) addresses.push(await queue(page, call));
  return addresses;
}
