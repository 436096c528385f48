/** What a template is, and the two ways of planting: into a value that is there, or beside it. */

import type { Call } from "countersign";
import { type Args, fieldAt, type Leaf, leavesOf, withValue } from "../arguments.ts";
import { oneOf, type Random } from "../chance.ts";

/** Arguments with one hazard planted. */
export interface PlantedArgs {
  readonly args: Args;
  /** Where it was planted, such as `args.to[0]`. */
  readonly field: string;
  /** What stands there now. */
  readonly value: unknown;
}

/** One way of making a call dangerous, which applies only where the shape of the call fits. */
export interface Template {
  readonly id: string;
  /** What was planted, in words for the reviewer: a sentence without a full stop. */
  readonly hazard: string;
  /** `null` if it does not fit this call. */
  plant(call: Call, random: Random): PlantedArgs | null;
}

/** A template that changes one leaf that `fits`. `change` answers what to put there, or `null` if that one does not do. */
export function changing(
  id: string,
  hazard: string,
  fits: (leaf: Leaf, call: Call) => boolean,
  change: (value: string, random: Random, leaf: Leaf) => unknown,
): Template {
  return {
    id,
    hazard,
    plant(call, random) {
      const args = call.args ?? {};
      const made = leavesOf(args)
        .filter((leaf) => leaf.path.length > 0 && fits(leaf, call))
        .map((leaf) => ({ leaf, value: change(String(leaf.value), random, leaf) }))
        .filter(({ leaf, value }) => value !== null && value !== leaf.value);
      const [first, ...rest] = made;
      if (first === undefined) return null;
      const { leaf, value } = oneOf([first, ...rest], random);
      return { args: withValue(args, leaf.path, value), field: fieldAt(leaf.path), value };
    },
  };
}

/** A template that puts a new key beside the others, if `fits` and none of that name is there. */
export function adding(
  id: string,
  hazard: string,
  fits: (leaves: readonly Leaf[], call: Call) => boolean,
  key: string,
  value: (random: Random, leaves: readonly Leaf[]) => unknown,
): Template {
  return {
    id,
    hazard,
    plant(call, random) {
      const args = call.args ?? {};
      const leaves = leavesOf(args);
      const isThere = Object.keys(args).some((each) => each.toLowerCase() === key.toLowerCase());
      if (isThere || !fits(leaves, call)) return null;
      const planted = value(random, leaves);
      return planted === null ? null : { args: { ...args, [key]: planted }, field: fieldAt([key]), value: planted };
    },
  };
}
