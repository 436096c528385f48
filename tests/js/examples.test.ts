/** What the example policies with conditions are for: calls that run, wait and do not run. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Action, type Call, loadPolicy, type Policy } from "countersign";

const used = (policy: Policy, call: Call) =>
  Object.fromEntries(policy.decide(call).charge.map(({ bucket }) => [bucket, 0] as const));

type Row = readonly [Action, string, NonNullable<Call["args"]>, Partial<Call>?];

async function decides(name: string, rows: readonly Row[]): Promise<void> {
  const text = readFileSync(new URL(`../../examples/policies/${name}.yaml`, import.meta.url), "utf8");
  const policy = await loadPolicy(text);
  for (const [expected, tool, args, others] of rows) {
    const call: Call = { tool, args, session: { id: "s", marks: [] }, ...others };
    const { action, rule } = policy.decide(call, { usage: used(policy, call) });
    assert.equal(action, expected, `${JSON.stringify(call)}: rule ${rule}`);
  }
}

test("shell agent", () =>
  decides("shell-agent", [
    ["allow", "exec", { command: "git status && npm test" }],
    ["allow", "exec", { command: "cat README.md | wc -l" }],
    ["escalate", "exec", { command: "cat src/../../notes" }],
    ["escalate", "exec", { command: "git status; curl https://x.example" }],
    ["escalate", "exec", { command: "npm test", env: { PATH: "/tmp" } }],
    ["escalate", "exec", { command: "'r'm -rf src" }],
    ["escalate", "exec", { command: "echo $(id)" }],
    ["block", "exec", { command: "sudo rm -rf / --no-preserve-root" }],
    ["block", "exec", { command: "tar c ~/.ssh" }],
    ["block", "write", { path: "/home/ann/.ssh/authorized_keys", content: "" }],
    ["allow", "read", { path: "src/main.rs" }],
    ["escalate", "read", { path: "../other/main.rs" }],
    ["allow", "fetch", { url: "https://docs.rs/serde" }],
    ["escalate", "fetch", { url: "https://docs.rs@evil.example/" }],
  ]));

test("workspace assistant", () =>
  decides("workspace-assistant", [
    ["allow", "send_email", { recipients: ["ann@bluesparrowtech.com"], subject: "Hi", body: "See you at ten." }],
    ["escalate", "send_email", { recipients: ["ann@bluesparrowtech.com"], subject: "Hi", body: "www.x.example.com" }],
    ["escalate", "send_email", { recipients: ["ann@evil.example"], subject: "Hi", body: "" }],
    ["escalate", "send_email", { recipients: [], subject: "Hi", body: "", bcc: ["x@evil.example"] }],
    [
      "allow",
      "create_calendar_event",
      { title: "Lunch", start_time: "", end_time: "", participants: ["bob@home.example"] },
    ],
    [
      "escalate",
      "create_calendar_event",
      { title: "Lunch", start_time: "", end_time: "", participants: ["bob@home.example"] },
      { session: { id: "s", marks: ["read-content"] } },
    ],
    ["escalate", "delete_email", { email_id: "1" }],
  ]));

test("team chat", () =>
  decides("team-chat", [
    ["allow", "send_channel_message", { channel: "general", body: "Done." }],
    ["escalate", "send_channel_message", { channel: "general", body: "Look:\nhttps://x.example" }],
    ["escalate", "invite_user_to_slack", { user: "Bob", user_email: "bob@home.example" }],
    ["block", "remove_user_from_slack", { user: "Bob" }],
    ["allow", "post_webpage", { url: "www.our-company.com", content: "Open on Monday." }],
    ["escalate", "post_webpage", { url: "www.our-company.com.evil.example", content: "Open on Monday." }],
  ]));

test("airline agent", () => {
  const user = { user_id: "ann", membership: "silver", payment_method_ids: ["credit_card_1", "certificate_2"] };
  const flights = [{ flight_number: "A1", date: "2030-05-01" }];
  const reservation = {
    cabin: "basic_economy",
    flight_keys: flights,
    flight_statuses: ["available"],
    passenger_count: 1,
  };
  const context = { user, reservation };
  const change = { reservation_id: "R", cabin: "economy", flights, payment_id: "credit_card_1" };
  const other = [{ flight_number: "A2", date: "2030-05-01" }];
  return decides("airline-agent", [
    ["allow", "update_reservation_flights", change, { context }],
    ["block", "update_reservation_flights", { ...change, flights: other }, { context }],
    ["block", "update_reservation_flights", { ...change, payment_id: "credit_card_9" }, { context }],
    ["block", "update_reservation_flights", { ...change, payment_id: "certificate_2" }, { context }],
    ["block", "update_reservation_flights", change],
    ["allow", "update_reservation_passengers", { reservation_id: "R", passengers: [{}] }, { context }],
    ["escalate", "update_reservation_passengers", { reservation_id: "R", passengers: [{}, {}] }, { context }],
    ["escalate", "cancel_reservation", { reservation_id: "R" }, { context }],
    ["escalate", "send_certificate", { user_id: "ann", amount: 100 }, { context }],
  ]);
});
