/** `countersign review`: people answer the calls that a store holds, on a page or in a terminal. */
import { parseArgs } from "node:util";
import { createEscalations, STATUSES } from "../../index.js";
import type { Store } from "../../stores/store.js";
import type { Status } from "../../types.js";
import { readText } from "../input.js";
import { loadPolicies } from "../load.js";
import type { Output } from "../output.js";
import { EXIT_OK, usageProblem } from "../problem.js";
import { openStore } from "../store-file.js";
import { serve } from "./serve.js";
import { approve, list, reject, show, undo } from "./terminal.js";

/** What `countersign review --help` prints. */
export const REVIEW_HELP = `Usage: countersign review --store FILE [--port N] [--policy FILE …] [--as NAME] [--no-open]
       countersign review list --store FILE [--status STATUS] [--json]
       countersign review show ID --store FILE [--json]
       countersign review approve ID --store FILE [--note TEXT] [--as NAME]
       countersign review reject ID --store FILE [--note TEXT] [--as NAME]
       countersign review undo ID --store FILE [--note TEXT] [--as NAME]

Without a command it serves the app on 127.0.0.1, behind an address that works once.
  list       which calls are held
  show       the card of one: what would run, and why it was held
  approve    shows the card, and asks to type what is to be confirmed; only at a terminal
  reject     rejects it
  undo       takes an approval back, until the call has run

ID is the id of an escalation, or its beginning of at least 6 characters.

Options:
  --store FILE       the store that guards keep
  --port N           where to serve; 4174, or any that is free, unless written
  --policy FILE      a policy by which reviewers may edit calls and see why they were held
  --as NAME          who reviews; nobody verifies it
  --no-open          do not open a browser
  --status STATUS    pending, approved, rejected, expired or withdrawn
  --note TEXT        kept with the answer, and told to the agent
  --json             one JSON object a line
  --help             print this

Exit status: 0 all went well, 1 a record is damaged or a policy has errors, 2 it could not be done.
`;

const OPTIONS = {
  store: { type: "string" },
  port: { type: "string" },
  policy: { type: "string", multiple: true, default: [] as string[] },
  as: { type: "string" },
  "no-open": { type: "boolean" },
  status: { type: "string" },
  note: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Values = ReturnType<typeof parsed>["values"];

/** The options that each command takes beside `--store`. */
const TAKES: Readonly<Record<string, readonly (keyof Values)[]>> = {
  serve: ["port", "policy", "as", "no-open"],
  list: ["status", "json"],
  show: ["json"],
  approve: ["note", "as"],
  reject: ["note", "as"],
  undo: ["note", "as"],
};

/** Runs the command and returns its exit status. */
export async function review(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parsed(args);
  if (values.help) {
    await output.write(REVIEW_HELP);
    return EXIT_OK;
  }
  const [what = "serve", id, ...rest] = positionals;
  if (!Object.hasOwn(TAKES, what)) {
    throw usageProblem(
      "the commands are `list`, `show`, `approve`, `reject` and `undo`, or none to serve the app",
      "review",
    );
  }
  checkOptions(what, values);
  if (rest.length > 0 || (id !== undefined && (what === "serve" || what === "list"))) {
    throw usageProblem("there is more than the command takes", "review");
  }
  const store = await openStore(values.store, "review");
  try {
    return await run(what, id, store, values, output);
  } finally {
    await store.close();
  }
}

function parsed(args: readonly string[]) {
  return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
}

function checkOptions(what: string, values: Values): void {
  const taken = new Set<string>(["store", ...(TAKES[what] ?? [])]);
  const given = Object.entries(values).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
  const surplus = given.find(([name]) => !taken.has(name));
  if (surplus) throw usageProblem(`\`${what}\` takes no \`--${surplus[0]}\``, "review");
  if (values.status !== undefined && !STATUSES.some((status) => status === values.status)) {
    throw usageProblem(`\`--status\` must be one of ${STATUSES.join(", ")}`, "review");
  }
}

async function run(
  what: string,
  id: string | undefined,
  store: Store,
  values: Values,
  output: Output,
): Promise<number> {
  if (what === "serve") return served(store, values, output);
  const escalations = createEscalations({ store });
  const isJson = values.json ?? false;
  if (what === "list") return list(escalations, values.status as Status | undefined, isJson, output);
  if (id === undefined) throw usageProblem("no ID given", "review");
  if (what === "show") return show(escalations, id, isJson, output);
  const answer = { note: values.note, by: values.as, file: values.store ?? "" };
  if (what === "approve") return approve(escalations, id, answer, output);
  return what === "reject" ? reject(escalations, id, answer, output) : undo(escalations, id, answer, output);
}

async function served(store: Store, values: Values, output: Output): Promise<number> {
  const port = values.port === undefined ? undefined : portOf(values.port);
  const policy = values.policy.length === 0 ? null : await loadPolicies(values.policy, undefined, {});
  if (typeof policy === "number") return policy;
  const sources = await Promise.all(values.policy.map((file) => readText(file, {})));
  const policies = sources.map(({ name, text }) => ({ name, text: new TextDecoder().decode(text) }));
  const opens = !values["no-open"];
  return serve(store, { file: values.store ?? "", as: values.as ?? null, policy, policies, port, opens }, output);
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw usageProblem("`--port` must be a number from 0 to 65535", "review");
  return port;
}
