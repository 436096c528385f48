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

const KINDS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/g],
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255})/g],
  ["a GitLab token", /\bglpat-[\w-]{20,255}/g],
  ["a Slack token", /\bxox[abeoprs]-[\w-]{10,255}/g],
  ["an API key", /\b(?:sk|pk|rk)[-_](?:[a-z]{2,12}[-_])?[\w-]{16,255}/g],
  ["a Google API key", /\bAIza[\w-]{35}/g],
  ["a signed token (JWT)", /\beyJ[\w-]{8,2000}\.[\w-]{8,2000}\.[\w-]{8,2000}/g],
  ["a password in an address", /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{1,100}:[^\s/@]{1,100}@/gi],
  [
    "a password or key",
    /\b(?:password|passwd|pwd|passphrase|secret|api[_-]?key|access[_-]?key|client[_-]?secret|(?:auth|access|refresh|bearer)[_-]?token|token|authorization)\b["']?\s*[:=]\s*["']?(?!["'\s{[>|&*]|true\b|false\b|null\b|string\b)[^\s"',}]{6,200}/gi,
  ],
  ["a bearer token", /\bbearer\s+[\w.~+/-]{16,500}/gi],
];

/** Long runs of letters and digits that no word has. */
const RUN = /[A-Za-z0-9+/_-]{32,500}={0,2}/g;

/** At most so many are told; one is enough to stop and look. */
const FINDINGS_MAX = 20;

export function findSecrets(text: string): readonly Finding[] {
  const found: Finding[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    const known = KINDS.flatMap(([what, pattern]) => [...line.matchAll(pattern)].map(([match]) => ({ what, match })));
    const runs = [...line.matchAll(RUN)]
      .filter(
        ([match]) => isRandom(match) && !known.some((each) => each.match.includes(match) || match.includes(each.match)),
      )
      .map(([match]) => ({ what: "a long random text, as keys are", match }));
    for (const { what, match } of [...known, ...runs]) {
      found.push({ line: at + 1, what, excerpt: `${match.slice(0, 8)}…` });
      if (found.length === FINDINGS_MAX) return found;
    }
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
