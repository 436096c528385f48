/** Numbers in what the commands print and take. */
import { usageProblem } from "./problem.js";

/** `amount` with the word for as many. */
export function counted(amount: number, one: string, many = `${one}s`): string {
  return `${grouped(amount)} ${amount === 1 ? one : many}`;
}

/** `amount` with a comma between thousands. */
export function grouped(amount: number): string {
  return amount.toLocaleString("en-US");
}

/** @throws {@link Problem} `usage` if `written` is no integer from 0 to `most`. */
export function wholeNumber(option: string, written: string, most: number, command: string): number {
  if (/^[0-9]+$/.test(written) && Number(written) <= most) return Number(written);
  throw usageProblem(`\`--${option}\` must be an integer from 0 to ${most}, not \`${written}\``, command);
}

/** @throws {@link Problem} `usage` if `written` is no number from 0 to 100; `undefined` if nothing is written. */
export function percent(option: string, written: string | undefined, command: string): number | undefined {
  if (written === undefined) return undefined;
  if (/^[0-9]+(\.[0-9]+)?$/.test(written) && Number(written) <= 100) return Number(written);
  throw usageProblem(`\`--${option}\` must be a number from 0 to 100, not \`${written}\``, command);
}

/** How much of a share was seen, in percent. */
export function percentOf({ seen, all }: { readonly seen: number; readonly all: number }): number {
  return all === 0 ? 100 : (100 * seen) / all;
}
