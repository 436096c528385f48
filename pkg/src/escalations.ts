/** Held calls: opened under a policy, kept in a store, answered by people. This is the side of reviewers and of the app. */
import { snapshotCall } from "./call.js";
import { checkBoolean, checkFunction, checkKeys, checkMs, checkText, type KeysOf, written } from "./checks.js";
import { NO_GUARD } from "./constants.js";
import type { Holding, ReviewEvent } from "./core.js";
import { type DecideOptions, type DecidingPolicy, stackOf, usageOf } from "./decides.js";
import * as env from "./env.js";
import { EscalationError } from "./errors.js";
import { laneOf } from "./lane.js";
import {
  type Checkpoint,
  type Entry,
  type Event,
  PAUSE_ID,
  type Proposal,
  type Status,
  type Verdict,
  type Verified,
} from "./lifecycle.js";
import { listEscalations } from "./listing.js";
import { pausedAgents } from "./pauses.js";
import { type ReviewSigner, type ReviewVerifier, signedText, verifying } from "./reviewers.js";
import type { Store } from "./stores/store.js";
import type { Call, Digest } from "./types.js";
import { checkFree, type EscalationRecord, type Moment, type Writing, writingTo } from "./writing.js";

export type { EscalationRecord };

/** What {@link createEscalations} needs. */
export interface EscalationsOptions {
  readonly store: Store;
  /** The clock, in Unix milliseconds UTC; the system's unless written. */
  readonly now?: () => number;
  /** Where new ids come from; 128 random bits unless written. */
  readonly newId?: () => string;
  /** Who reviews, and signs it. Without it reviews are recorded as nobody's that could be verified. */
  readonly as?: ReviewSigner;
  /** Tells whose reviews are verified. Without it none is. */
  readonly verify?: ReviewVerifier;
}

/** One reviewer's answer. */
export interface ReviewInput {
  readonly verdict: Verdict;
  /** Digest of the call that the reviewer saw: an approval covers that call and no other. */
  readonly digest: Digest;
  /** The reviewer's words. */
  readonly note?: string;
  /** What the reviewer typed for each field that has to be confirmed. */
  readonly confirmed?: Readonly<Record<string, string>>;
  /** How long the call is kept back, so that the approval can be undone, in milliseconds; 0 unless written. */
  readonly undoMs?: number;
  /** How long the reviewer had the call on screen, in milliseconds, if somebody measured. */
  readonly shownMs?: number;
  /** Whether it is given on one screen with answers to other calls; such answers are no evidence for relaxing a rule. */
  readonly inBatch?: boolean;
  /** Who reviews, by their own word. With `as` it is that one. */
  readonly by?: string;
}

/** A change that a reviewer makes to what the policy lets reviewers change. */
export interface EditInput {
  /** All arguments as they are to be. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly by?: string;
  readonly note?: string;
  /** As for {@link DecidingPolicy.decide}. */
  readonly usage?: DecideOptions["usage"];
}

/** Which escalations to list. */
export interface ListOptions {
  /** Only those with this status; all unless written. */
  readonly status?: Status;
  /** At most so many, from 1 to 1,000; 50 unless written. */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly after?: string;
}

/** A page of escalations, newest first. */
export interface EscalationPage {
  readonly items: readonly EscalationRecord[];
  /** Escalations whose entries make no sense, so that one of them does not hide the others. They cannot be reviewed. */
  readonly damaged: readonly { readonly id: string; readonly code: string; readonly message: string }[];
  /** What `after` must be for the next page; `null` if this is the last. */
  readonly next: string | null;
}

/**
 * The escalations of one store.
 *
 * What is impossible throws an {@link EscalationError} and records nothing; so does a {@link StoreError} `conflict`.
 * After a {@link StoreError} `unavailable` nobody knows whether it was recorded.
 */
export interface Escalations {
  /**
   * Decides `call` and, if it escalates, records it for review. No guard holds it, so nothing ever runs it.
   * Give the same `usage` as to {@link DecidingPolicy.decide}.
   *
   * @throws {@link EscalationError} `not-escalated` if the policy allows or blocks the call.
   * @throws {@link CallError} if `call` is not plain data in the shape of a call.
   */
  open(policy: DecidingPolicy, call: Call, options?: OpenOptions): Promise<EscalationRecord>;
  /** Records an answer to a pending escalation. Of two answers at once exactly one closes it. */
  review(id: string, review: ReviewInput): Promise<EscalationRecord>;
  /** Changes the call, which is decided afresh under `policy` and needs approvals of its own. */
  edit(id: string, policy: DecidingPolicy, edit: EditInput): Promise<EscalationRecord>;
  /** Tells others that somebody looks at it, for `forMs` milliseconds; 5 minutes unless written. */
  claim(id: string, claim?: { readonly by?: string; readonly forMs?: number }): Promise<EscalationRecord>;
  /** Asks the agent. */
  ask(id: string, question: { readonly by?: string; readonly text: string }): Promise<EscalationRecord>;
  /** Answers the question, as the agent. */
  answer(id: string, text: string): Promise<EscalationRecord>;
  /** Takes the call back, as the agent: while it is pending, or its grant while that is unused. */
  withdraw(id: string, note?: string): Promise<EscalationRecord>;
  /** Undoes an approval that was not used yet. */
  revoke(id: string, revocation?: { readonly by?: string; readonly note?: string }): Promise<EscalationRecord>;
  /** The escalation with this id, or `null`. */
  read(id: string): Promise<EscalationRecord | null>;
  /** A page of escalations, newest first. What waited too long is shown, and recorded, as expired. */
  list(options?: ListOptions): Promise<EscalationPage>;
  /** Stops an agent, or with no `agent` every agent: nothing of it runs or opens until the pause is over. */
  pause(pause: PauseInput): Promise<void>;
  /** The agents that are paused, sorted; `null`, which comes first, is every agent. */
  paused(): Promise<readonly (string | null)[]>;
  /** Says what the history is now, to be kept elsewhere; `null` while it is empty. */
  checkpoint(): Promise<Checkpoint | null>;
}

export interface OpenOptions extends DecideOptions {
  /** Calls with the same batch are reviewed together. */
  readonly batch?: string;
}

export interface PauseInput {
  readonly agent?: string;
  readonly paused: boolean;
  readonly by?: string;
  readonly note?: string;
}

const CLAIM_MS = 5 * 60_000;

const OPTIONS: KeysOf<EscalationsOptions> = { store: 0, now: 0, newId: 0, as: 0, verify: 0 };
const OPEN: KeysOf<OpenOptions> = { usage: 0, batch: 0 };
const REVIEW: KeysOf<ReviewInput> = {
  verdict: 0,
  digest: 0,
  note: 0,
  confirmed: 0,
  undoMs: 0,
  shownMs: 0,
  inBatch: 0,
  by: 0,
};
const EDIT: KeysOf<EditInput> = { args: 0, by: 0, note: 0, usage: 0 };
const CLAIM = { by: 0, forMs: 0 } as const;
const ASK = { by: 0, text: 0 } as const;
const REVOKE = { by: 0, note: 0 } as const;
const PAUSE: KeysOf<PauseInput> = { agent: 0, paused: 0, by: 0, note: 0 };

/**
 * Makes escalations of what `options` say.
 *
 * @throws TypeError if one is missing, unknown, or not what the types say; so does every method for its input.
 */
export type CreateEscalations = (options: EscalationsOptions) => Escalations;

/** Where the escalations are, and who is there. */
export interface Place {
  readonly holding: Holding;
  readonly writing: Writing;
  readonly newId: () => string;
  readonly as?: ReviewSigner;
  readonly verify: ReviewVerifier | undefined;
}

/** What makes escalations that `holding` opens, reviews and reads. */
export function escalationsIn(holding: Holding): CreateEscalations {
  return (options) => {
    const {
      store,
      now = env.nowMs,
      newId = env.newId,
      as,
      verify,
    } = checkKeys("the options of escalations", options, OPTIONS);
    checkFunction("newId", newId);
    checkFunction("verify", verify);
    if (as) {
      checkText("as.id", as.id);
      if (typeof as.sign !== "function") throw new TypeError("`as` must have a function `sign`, as of `reviewSigner`");
    }
    return escalationsAt({ holding, writing: writingTo(holding, store, now), newId, verify, ...(as && { as }) });
  };
}

/** The escalations at `place`. */
export function escalationsAt(place: Place): Escalations {
  const { holding, writing } = place;
  return Object.freeze<Escalations>({
    open: async (policy, call, options = {}) => open(place, policy, call, checkKeys("the options", options, OPEN)),
    review: async (id, input) => review(place, id, checkKeys("a review", input, REVIEW)),
    edit: async (id, policy, input) => edit(place, id, policy, checkKeys("an edit", input, EDIT)),
    async claim(id, input = {}) {
      const { by, forMs = CLAIM_MS } = checkKeys("a claim", input, CLAIM);
      checkMs("forMs", forMs);
      return advance(place, id, ({ nowMs }) => ({ type: "claim", ...byOf(place, by), untilMs: nowMs + forMs }));
    },
    async ask(id, input) {
      const { by, text } = checkKeys("a question", input, ASK);
      return advance(place, id, { type: "ask", ...byOf(place, by), text: checkText("text", text) });
    },
    answer: async (id, text) => advance(place, id, { type: "answer", text: checkText("text", text) }),
    withdraw: async (id, note) => withdraw(place, id, note),
    async revoke(id, input = {}) {
      const { by, note } = checkKeys("a revocation", input, REVOKE);
      return advance(place, id, { type: "revoke", ...byOf(place, by), ...written("note", note) });
    },
    read: async (id) => read(place, id),
    list: async (query = {}) => listEscalations(place, query),
    pause: async (input) => pause(place, checkKeys("a pause", input, PAUSE)),
    paused: async () => pausedAgents(await writing.entries(PAUSE_ID)),
    async checkpoint() {
      await holding.ready();
      return holding.checkpoint((await writing.moment()).head);
    },
  });
}

async function open(
  { holding, writing, newId, verify }: Place,
  policy: DecidingPolicy,
  given: Call,
  options: OpenOptions,
): Promise<EscalationRecord> {
  const stack = stackOf(policy);
  const call = snapshotCall(given);
  const usage = usageOf(options);
  const batch = options.batch === undefined ? null : checkText("batch", options.batch);
  const id = checkText("newId()", newId());
  await holding.ready();
  const keys = holding.keys(call);
  return writing.write(async ({ nowMs }) => {
    await checkFree(writing, id);
    const { links } = holding.repeats(call, await laneOf(writing, keys), nowMs);
    const event = stack.open(call, usage, { guard: NO_GUARD, links, batch, holdsAll: false });
    return { drafts: [{ id, event, past: [], verified: verify ? {} : null }], answer: theRecord };
  });
}

async function review(place: Place, id: string, input: ReviewInput): Promise<EscalationRecord> {
  const draft = reviewOf(place, input);
  const { as, holding, writing } = place;
  if (!as) return advance(place, id, draft);
  await holding.ready();
  const text = signedText(holding, await writing.entries(checkText("id", id)), asRecorded(draft));
  const proof = checkText("proof", await as.sign(text));
  return advance(place, id, { ...draft, proof }, (event, past) => {
    // What was signed is what is recorded.
    if (event.type === "review" && signedText(holding, past, event) === text) return;
    throw new EscalationError("digest-mismatch", "the call was edited while the review was being signed");
  });
}

type ReviewProposal = Extract<Proposal, { type: "review" }>;

function reviewOf(place: Place, input: ReviewInput): ReviewProposal {
  const { verdict, digest, note, confirmed, undoMs, shownMs, inBatch, by } = input;
  checkText("verdict", verdict);
  checkText("digest", digest);
  return {
    type: "review",
    verdict,
    digest,
    ...byOf(place, by),
    ...written("note", note),
    ...(confirmed !== undefined && { confirmed: confirmedOf(confirmed) }),
    ...(undoMs !== undefined && { undoMs: checkMs("undoMs", undoMs) }),
    ...(shownMs !== undefined && { shownMs: checkMs("shownMs", shownMs) }),
    ...(inBatch !== undefined && { inBatch: checkBoolean("inBatch", inBatch) }),
  };
}

/** The review as it will stand in its entry. */
function asRecorded(proposal: ReviewProposal): ReviewEvent {
  const {
    by = null,
    verdict,
    note = null,
    digest,
    confirmed = {},
    undoMs = 0,
    shownMs = null,
    inBatch = false,
    proof = null,
  } = proposal;
  return { type: "review", by, verdict, note, digest, confirmed, undoMs, shownMs, inBatch, proof };
}

function confirmedOf(given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (typeof given !== "object" || given === null) throw new TypeError("`confirmed` must be an object");
  if (Object.hasOwn(given, "__proto__")) throw new TypeError("no field that can be confirmed is named `__proto__`");
  const typed = Object.entries(given).map(([field, text]) => [field, checkText(`confirmed[${field}]`, text)] as const);
  return Object.fromEntries(typed);
}

async function edit(place: Place, id: string, policy: DecidingPolicy, input: EditInput): Promise<EscalationRecord> {
  const stack = stackOf(policy);
  // As plain, and as small, as the arguments of any call.
  const { args = {} } = snapshotCall({ tool: "edit", args: input.args });
  const change = { args, ...byOf(place, input.by), ...written("note", input.note) };
  const usage = usageOf(input.usage === undefined ? undefined : { usage: input.usage });
  return writeNext(place, id, (past, verified, { nowMs }) => ({
    verified,
    event: stack.edit(past, verified, change, usage, nowMs),
  }));
}

async function advance(
  place: Place,
  id: string,
  proposal: Proposal | ((moment: Moment) => Proposal),
  check: (event: Event, past: readonly Entry[]) => void = () => undefined,
): Promise<EscalationRecord> {
  const { holding, writing } = place;
  // Reviewers are asked outside the turn of this process to write: they may take their time.
  const own = typeof proposal === "object" && proposal.type === "review" ? asRecorded(proposal) : null;
  const past = own === null ? [] : await writing.entries(checkText("id", id));
  const reviewer = own === null ? null : await verifying(holding, place.verify).one(past, own);
  return writeNext(
    place,
    id,
    (past, others, moment) => {
      const verified = reviewer === null ? others : { ...others, [past.length]: reviewer };
      const proposed = typeof proposal === "function" ? proposal(moment) : proposal;
      const event = holding.advance(past, verified, proposed, moment.nowMs);
      check(event, past);
      return { verified, event };
    },
    stopsIt(proposal),
  );
}

/** Whether `proposal` only ends something. */
function stopsIt(proposal: Proposal | ((moment: Moment) => Proposal)): boolean {
  if (typeof proposal === "function") return false;
  return proposal.type === "revoke" || (proposal.type === "review" && proposal.verdict === "reject");
}

async function withdraw(place: Place, id: string, note: string | undefined): Promise<EscalationRecord> {
  const words = written("note", note);
  return writeNext(
    place,
    id,
    (past, verified, { nowMs }) => {
      const event = withdrawal(place.holding, past, verified, words, nowMs);
      return { verified, event };
    },
    true,
  );
}

/** The agent's side takes a call back: while it is pending the call, after that its grant. */
export function withdrawal(
  holding: Holding,
  past: readonly Entry[],
  verified: Verified | null,
  words: { readonly note?: string },
  nowMs: number,
): Event {
  const { status } = holding.fold(past, verified, nowMs);
  const type = status === "approved" ? "revoke" : "withdraw";
  return holding.advance(past, verified, { type, ...words }, nowMs);
}

/** What comes next after the entries `past`, and the reviewers that are verified then. */
type Next = (
  past: readonly Entry[],
  verified: Verified | null,
  moment: Moment,
) => {
  readonly event: Event;
  readonly verified: Verified | null;
};

/** Writes the next entry of the escalation `id`. */
async function writeNext(place: Place, id: string, next: Next, stops = false): Promise<EscalationRecord> {
  const { holding, writing, verify } = place;
  checkText("id", id);
  await holding.ready();
  const reviewers = verifying(holding, verify);
  const read = () => (id === PAUSE_ID ? [] : writing.entries(id));
  if (verify) await reviewers.all(await read());
  return writing.write(
    async (moment) => {
      const past = await read();
      if (past.length === 0) throw new EscalationError("not-found", `there is no escalation with the id \`${id}\``);
      const { event, verified } = next(past, await reviewers.all(past), moment);
      return { drafts: [{ id, event, past, verified }], answer: theRecord };
    },
    { stops },
  );
}

/** The one escalation that was written. */
export function theRecord(records: readonly EscalationRecord[]): EscalationRecord {
  const [record] = records;
  if (!record) throw new EscalationError("broken-history", "nothing was written");
  return record;
}

async function read({ holding, writing, verify }: Place, id: string): Promise<EscalationRecord | null> {
  checkText("id", id);
  if (id === PAUSE_ID) return null;
  await holding.ready();
  const { nowMs } = await writing.moment();
  const entries = await writing.entries(id);
  if (entries.length === 0) return null;
  return writing.record(id, entries, await verifying(holding, verify).all(entries), nowMs);
}

async function pause(place: Place, { agent, paused, by, note }: PauseInput): Promise<void> {
  checkBoolean("paused", paused);
  const { by: who = null } = byOf(place, by);
  const { note: words = null } = written("note", note);
  const whose = agent === undefined ? null : checkText("agent", agent);
  const event = { type: "pause", agent: whose, paused, by: who, note: words } as const;
  await place.writing.write(async () => ({ drafts: [{ id: PAUSE_ID, event }], answer: () => undefined }), {
    stops: paused,
  });
}

/** Who does it: the reviewer of `as`, or whoever it is by their own word. */
function byOf({ as }: Place, by: string | undefined): { readonly by?: string } {
  if (as && by !== undefined && by !== as.id) throw new TypeError(`\`by\` must be \`${as.id}\`, who signs`);
  return written("by", as?.id ?? by);
}
