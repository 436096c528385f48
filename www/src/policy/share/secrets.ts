/**
 * What looks like a secret in a text that is about to be shared. A help for the reader, not a proof:
 * what it does not know it does not find.
 */

export interface Finding {
  /** Counted from 1. */
  readonly line: number;
  readonly what: string;
  /** The beginning of it, never the whole. */
  readonly excerpt: string;
}

/**
 * Every pattern does bounded work for each character, whatever the text: it is looked through on the page's own thread.
 * None goes beyond its line.
 */
const KINDS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/g],
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255})/g],
  ["a GitLab token", /\bglpat-[\w-]{20,255}/g],
  ["a Slack token", /\bxox[abeoprs]-[\w-]{10,255}/g],
  ["an API key", /\b(?:sk|pk|rk)[-_](?:[a-z]{2,12}[-_])?[\w-]{16,255}/g],
  ["a Google API key", /\bAIza[\w-]{35}/g],
  ["a password in an address", /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{1,100}:[^\s/@]{1,100}@/gi],
  [
    "a password or key",
    /\b(?:password|passwd|pwd|passphrase|secret|api[_-]?key|access[_-]?key|client[_-]?secret|(?:auth|access|refresh|bearer)[_-]?token|token|authorization)\b["']?[^\S\n]{0,20}[:=][^\S\n]{0,20}["']?(?!["'\s{[>|&*]|true\b|false\b|null\b|string\b)[^\s"',}]{6,200}/gi,
  ],
  ["a bearer token", /\bbearer[^\S\n]{1,20}[\w.~+/-]{16,500}/gi],
];

/** A signed token is three parts; a pattern for all of them would begin anew at each `eyJ` of a long part. */
const DOTTED = /[\w.-]+/g;
const TOKEN_BEGINS = /\beyJ[\w-]{8}/;
const TOKEN_PART_MIN = 8;

/** Long runs of letters and digits that no word has. */
const RUN = /[A-Za-z0-9+/_-]{32,500}={0,2}/g;

/** At most so many are told; one is enough to stop and look. */
const FINDINGS_MAX = 20;

/** Something found, and where in the text. */
interface Place {
  readonly what: string;
  readonly match: string;
  readonly at: number;
}

export function findSecrets(text: string): readonly Finding[] {
  const known = [...KINDS.flatMap(([what, pattern]) => matchesOf(text, what, pattern)), ...signedTokens(text)];
  // Enough is known then, and the rest would be compared with very many.
  const runs = known.length >= FINDINGS_MAX ? [] : randomRuns(text, known);
  const found = [...known, ...runs].sort((a, b) => a.at - b.at).slice(0, FINDINGS_MAX);
  let line = 1;
  let read = 0;
  return found.map(({ what, match, at }) => {
    for (; read < at; read += 1) if (text.charCodeAt(read) === 10) line += 1;
    return { line, what, excerpt: `${match.slice(0, 8)}…` };
  });
}

/** The first matches of `pattern`, which is global. */
function matchesOf(text: string, what: string, pattern: RegExp): readonly Place[] {
  const found: Place[] = [];
  for (const { 0: match, index: at } of text.matchAll(pattern)) {
    found.push({ what, match, at });
    if (found.length === FINDINGS_MAX) break;
  }
  return found;
}

function signedTokens(text: string): readonly Place[] {
  const found: Place[] = [];
  for (const { 0: whole, index } of text.matchAll(DOTTED)) {
    const parts = whole.split(".");
    let at = index;
    for (const [place, part] of parts.entries()) {
      const others = [parts[place + 1], parts[place + 2]];
      const isToken = others.every((other) => other !== undefined && other.length >= TOKEN_PART_MIN);
      const begin = isToken ? part.search(TOKEN_BEGINS) : -1;
      if (begin !== -1) found.push({ what: "a signed token (JWT)", match: part.slice(begin), at: at + begin });
      if (found.length === FINDINGS_MAX) return found;
      at += part.length + 1;
    }
  }
  return found;
}

/** Runs that look random and have nothing to do with what is `known`, of which there are few. */
function randomRuns(text: string, known: readonly Place[]): readonly Place[] {
  const found: Place[] = [];
  for (const { 0: match, index: at } of text.matchAll(RUN)) {
    const isKnown = known.some((each) => each.match.includes(match) || match.includes(each.match));
    if (isKnown || !isRandom(match)) continue;
    found.push({ what: "a long random text, as keys are", match, at });
    if (found.length === FINDINGS_MAX) break;
  }
  return found;
}

/** Letters of both cases and digits, or hexadecimal digits only, without the rhythm of words. */
function isRandom(run: string): boolean {
  if (/^[0-9a-f]+$/i.test(run)) return /\d/.test(run) && /[a-f]/i.test(run);
  const changes = [...run].filter((character, at) => at > 0 && kindOf(character) !== kindOf(run.charAt(at - 1))).length;
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run) && changes > run.length / 3;
}

function kindOf(character: string): string {
  if (/\d/.test(character)) return "digit";
  if (/[A-Z]/.test(character)) return "upper";
  return /[a-z]/.test(character) ? "lower" : "other";
}
