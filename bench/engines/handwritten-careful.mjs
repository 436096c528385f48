/**
 * The reference with the care that a guard needs: only own properties of plain objects, whole Unicode, exact numbers,
 * and paths in their normal form. Whatever is not so, it refuses; telling what that means is left to somebody else.
 */
import { handwritten, matcherOf } from "./handwritten.mjs";

const plainPath = /^(?:\/[\w-][\w.-]*)+$/;

export const { write, load } = handwritten({
  toolOf: (call) => (isPlain(call) && Object.hasOwn(call, "tool") ? call.tool : refuse()),
  argsOf: (call) => own(call, "args"),
  own,
  matcherOf: (test, operand) => {
    const matches = matcherOf(test, operand);
    const isFit = fitFor(test, operand);
    return (value) => (isFit(value) ? matches(value) : value !== undefined && refuse());
  },
});

function own(value, key) {
  if (value === undefined) return undefined;
  if (!isPlain(value)) refuse();
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isPlain(value) {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function fitFor(test, operand) {
  if (test === "above") return (value) => typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (test !== "under") return isText;
  return (value) => isText(value) && plainPath.test(value) && !isSameButForCase(value, operand);
}

function isText(value) {
  return typeof value === "string" && value.length <= 4_096 && value.isWellFormed();
}

/** A file system may ignore letter case. */
function isSameButForCase(path, folder) {
  return !path.startsWith(folder) && path.slice(0, folder.length).toLowerCase() === folder.toLowerCase();
}

function refuse() {
  throw new TypeError("the call is not plain data, or a value is not what the rule expects");
}
