/** A time as the reader's own calendar says it. */
export function Time({ ms }: { readonly ms: number }) {
  const date = new Date(ms);
  return <time dateTime={date.toISOString()}>{date.toLocaleString()}</time>;
}
