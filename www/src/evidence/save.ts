/** Files for the disk. */

/** Lets the browser save `file` under `name`. */
export function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Today as files are named by it. */
export function dayName(): string {
  return new Date().toISOString().slice(0, 10);
}
