/** A customer-service agent of an airline: right calls that are interrupted, and calls against the written rules that are not. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPolicy } from "countersign";
import { root } from "../run.mjs";
import { readLines } from "./corpus.mjs";
import { Session } from "./session.mjs";
import { percent, table } from "./table.mjs";

/** By the tool alone: what writes waits. */
const strawMan = `rules:
  - { tool: ["get_*", "search_*", list_all_airports, calculate, think, transfer_to_human_agents], action: allow }
  - { tool: "**", action: escalate }
`;

export async function evaluateAirline(folder) {
  const truth = readLines(folder, "tau2_airline_calls.jsonl");
  const recorded = readLines(folder, "tau1_airline_gpt4o.jsonl");
  const ours = readFileSync(join(root, "examples", "policies", "airline-agent.yaml"), "utf8");
  const rows = [];
  const violations = new Map();
  for (const [who, text] of [
    ["straw man", strawMan],
    ["ours", ours],
  ]) {
    const policy = await loadPolicy(text);
    for (const [corpus, calls, session] of [
      ["tau2, the tasks' own calls", truth, ({ task_id }) => task_id],
      ["tau1, what gpt-4o did", recorded, ({ task_id, trial }) => `${task_id}/${trial}`],
    ]) {
      for (const half of ["tuned on", "held out"]) {
        const some = calls.filter(({ task_id }) => (Number(task_id) % 2 === 0) === (half === "tuned on"));
        rows.push([corpus, who, half, ...count(policy, some, session, who, violations)]);
      }
    }
  }
  const heads = [
    "calls",
    "policy",
    "tasks",
    "right",
    "held",
    "",
    "right writes",
    "held",
    "",
    "against the rules",
    "not stopped",
    "",
  ];
  const kinds = [...new Set([...violations.values()].flatMap((kinds) => [...kinds.keys()]))].sort();
  const rowOf = (kind) => {
    const { all, allowed } = violations.get("ours").get(kind);
    return [kind, all, allowed, percent(allowed, all)];
  };
  return [
    "A right call is one of the tasks' own, or one of the model's that the task expects and no rule forbids; reads are right.",
    table(heads, rows),
    "Calls against the written rules, by what is wrong with them; ours:",
    table(["what", "calls", "not stopped", ""], kinds.map(rowOf)),
  ].join("\n\n");
}

function count(policy, calls, sessionOf, who, violations) {
  const sessions = new Map();
  const kinds = violations.get(who) ?? new Map();
  violations.set(who, kinds);
  const counts = { right: 0, held: 0, writes: 0, heldWrites: 0, wrong: 0, allowed: 0 };
  for (const call of calls) {
    const id = sessionOf(call);
    const session = sessions.get(id) ?? new Session(policy, id);
    sessions.set(id, session);
    const { action } = session.decide({ tool: call.tool, args: call.args, context: asGuardPasses(call.context ?? {}) });
    const isWrite = call.type === "write";
    if ((call.violations ?? []).length > 0) {
      counts.wrong += 1;
      if (action === "allow") counts.allowed += 1;
      for (const kind of call.violations) {
        const one = kinds.get(kind) ?? { all: 0, allowed: 0 };
        kinds.set(kind, one);
        one.all += 1;
        if (action === "allow") one.allowed += 1;
      }
    } else if (!isWrite || call.expected !== false) {
      counts.right += 1;
      if (isWrite) counts.writes += 1;
      if (action !== "allow") counts.held += 1;
      if (action !== "allow" && isWrite) counts.heldWrites += 1;
    }
  }
  const { right, held, writes, heldWrites, wrong, allowed } = counts;
  return [
    right,
    held,
    percent(held, right),
    writes,
    heldWrites,
    percent(heldWrites, writes),
    wrong,
    allowed,
    percent(allowed, wrong),
  ];
}

/** The records of a call in the form that the policy's first lines describe; the corpora have two forms. */
function asGuardPasses({ user, reservation, ...others }) {
  return {
    ...others,
    ...(user && {
      user: { ...user, payment_method_ids: user.payment_method_ids ?? Object.keys(user.payment_methods) },
    }),
    ...(reservation && {
      reservation: {
        ...reservation,
        passenger_count: reservation.passenger_count ?? reservation.passengers.length,
        flight_keys: reservation.flights.map(({ flight_number, date }) => ({ flight_number, date })),
      },
    }),
  };
}
