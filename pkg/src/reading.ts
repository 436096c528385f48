/** Where the generated modules ask for a field of the call that is being decided: they know this file of ours and no other. */

let read = (_slot: number): number => {
  throw new TypeError("nothing is being decided");
};

/** Called by the engine. */
export function readField(slot: number): number {
  return read(slot);
}

/** From now on `reader` answers. */
export function readFieldsBy(reader: (slot: number) => number): void {
  read = reader;
}
