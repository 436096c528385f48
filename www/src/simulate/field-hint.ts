/** What a field of a tool's form is, in words. */

import type { ToolField } from "countersign";

/** Beyond this many, choices stand in the control only. */
const CHOICES_MAX = 6;

export function nameOf(field: ToolField): string {
  return field.key === "" ? "item" : field.key;
}

/** Type and bounds: `an integer from 1 to 10, or null; 2 if left out`. */
export function hintOf(field: ToolField): string {
  const what = `${kindOf(field)}${field.nullable ? ", or null" : ""}`;
  if (!Object.hasOwn(field, "default")) return what;
  return `${what}; ${JSON.stringify(field.default)} if left out`;
}

function kindOf(field: ToolField): string {
  switch (field.kind) {
    case "text": {
      const length = counted(field.minLength, field.maxLength, "character");
      return `text${length}${field.pattern === null ? "" : ` like ${field.pattern}`}`;
    }
    case "number":
      return `${field.integer ? "an integer" : "a number"}${bounds(field)}`;
    case "boolean":
      return "true or false";
    case "choice":
      if (field.choices.length > CHOICES_MAX) return `one of ${field.choices.length}`;
      return `one of ${field.choices.map((choice) => JSON.stringify(choice)).join(", ")}`;
    case "list":
      return `a list${counted(field.minItems, field.maxItems, "item")}`;
    case "map":
      return "a map";
    case "json":
      return "JSON";
  }
}

function counted(least: number | null, most: number | null, thing: string): string {
  const things = (count: number) => `${count} ${thing}${count === 1 ? "" : "s"}`;
  if (least !== null && most !== null) return ` of ${least} to ${things(most)}`;
  if (least !== null && least > 0) return ` of at least ${things(least)}`;
  return most === null ? "" : ` of at most ${things(most)}`;
}

function bounds(field: Extract<ToolField, { kind: "number" }>): string {
  const parts = [
    [field.minimum, "from"],
    [field.above, "above"],
    [field.maximum, "up to"],
    [field.below, "below"],
    [field.multipleOf, "a multiple of"],
  ] as const;
  const written = parts.filter(([bound]) => bound !== null).map(([bound, word]) => `${word} ${bound}`);
  return written.length === 0 ? "" : ` ${written.join(", ")}`;
}
