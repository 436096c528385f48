/** What reviewers do with held calls, and what else needs nothing of a call but its entries. */
import { checkBoolean, checkFunction, checkKeys, checkMs, checkText, type KeysOf, written } from "./checks.js";
import type { Holding, ReviewEvent } from "./core.js";
import * as env from "./env.js";
import { EscalationError } from "./errors.js";
import type { Escalations, EscalationsOptions, PauseInput, ReviewInput } from "./escalations.js";
import { type Entry, type Event, PAUSE_ID, type Proposal, type Verified } from "./lifecycle.js";
import { listEscalations } from "./listing.js";
import { pausedAgents } from "./pauses.js";
import { type ReviewSigner, type ReviewVerifier, signedText, verifying } from "./reviewers.js";
import { type EscalationRecord, type Moment, type Writing, writingTo } from "./writing.js";

/** Escalations that are opened and edited elsewhere. */
export type Reviewing = Omit<Escalations, "open" | "edit">;

const CLAIM_MS = 5 * 60_000;

const OPTIONS: KeysOf<EscalationsOptions> = { store: 0, now: 0, newId: 0, as: 0, verify: 0 };
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
const CLAIM = { by: 0, forMs: 0 } as const;
const ASK = { by: 0, text: 0 } as const;
const REVOKE = { by: 0, note: 0 } as const;
const PAUSE: KeysOf<PauseInput> = { agent: 0, paused: 0, by: 0, note: 0 };

/** Where the escalations are, and who is there. */
export interface Place {
  readonly holding: Holding;
  readonly writing: Writing;
  readonly newId: () => string;
  readonly as?: ReviewSigner;
  readonly verify: ReviewVerifier | undefined;
}

/** What `options` say. Throws a TypeError if one is missing, unknown, or not what the types say. */
export function placeOf(holding: Holding, options: EscalationsOptions): Place {
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
  return { holding, writing: writingTo(holding, store, now), newId, verify, ...(as && { as }) };
}

/** The escalations at `place`, for who only reviews them. */
export function reviewingAt(place: Place): Reviewing {
  const { holding, writing } = place;
  return Object.freeze<Reviewing>({
    review: async (id, input) => review(place, id, checkKeys("a review", input, REVIEW)),
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
export async function writeNext(place: Place, id: string, next: Next, stops = false): Promise<EscalationRecord> {
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
export function byOf({ as }: Place, by: string | undefined): { readonly by?: string } {
  if (as && by !== undefined && by !== as.id) throw new TypeError(`\`by\` must be \`${as.id}\`, who signs`);
  return written("by", as?.id ?? by);
}
