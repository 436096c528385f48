/** Held calls: opened under a policy, kept in a store, answered by people. This is the side of reviewers and of the app. */
import { snapshotCall } from "./call.js";
import { checkKeys, checkText, type KeysOf, written } from "./checks.js";
import { NO_GUARD } from "./constants.js";
import type { Holding } from "./core.js";
import { type DecideOptions, type DecidingPolicy, stackOf, usageOf } from "./decides.js";
import { laneOf } from "./lane.js";
import type { Checkpoint, Status, Verdict } from "./lifecycle.js";
import type { ReviewSigner, ReviewVerifier } from "./reviewers.js";
import { byOf, type Place, placeOf, reviewingAt, theRecord, writeNext } from "./reviewing.js";
import type { Store } from "./stores/store.js";
import type { Call, Digest } from "./types.js";
import { checkFree, type EscalationRecord } from "./writing.js";

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

const OPEN: KeysOf<OpenOptions> = { usage: 0, batch: 0 };
const EDIT: KeysOf<EditInput> = { args: 0, by: 0, note: 0, usage: 0 };
/**
 * Makes escalations of what `options` say.
 *
 * @throws TypeError if one is missing, unknown, or not what the types say; so does every method for its input.
 */
export type CreateEscalations = (options: EscalationsOptions) => Escalations;

/** What makes escalations that `holding` opens, reviews and reads. */
export function escalationsIn(holding: Holding): CreateEscalations {
  return (options) => escalationsAt(placeOf(holding, options));
}

/** The escalations at `place`. */
export function escalationsAt(place: Place): Escalations {
  return Object.freeze<Escalations>({
    ...reviewingAt(place),
    open: async (policy, call, options = {}) => open(place, policy, call, checkKeys("the options", options, OPEN)),
    edit: async (id, policy, input) => edit(place, id, policy, checkKeys("an edit", input, EDIT)),
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
