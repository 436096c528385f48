/** One abuse case and its tests. */
export interface AbuseCase {
  readonly id: string;
  readonly priority: number;
  readonly case: string;
  readonly expected: string;
  /** Where it belongs, if no test here can be about it. */
  readonly elsewhere?: string;
  readonly tests: readonly { readonly name: string; readonly path: string }[];
}
export function abuseTestsIn(
  text: string,
  ending: ".rs" | ".ts",
): readonly { readonly name: string; readonly ids: readonly string[] }[];
export function abuseCases(): readonly AbuseCase[];
export function abusePage(): string;
