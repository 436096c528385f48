/** Goes through a long table, a page at a time. */

interface Props {
  readonly label: string;
  /** The shown page, counted from 0. */
  readonly at: number;
  /** Rows on a page. */
  readonly rows: number;
  /** Rows in all. */
  readonly total: number;
  readonly onGo: (to: number) => void;
}

export function Pages({ label, at, rows, total, onGo }: Props) {
  const last = Math.max(0, Math.ceil(total / rows) - 1);
  const go = (to: number) => onGo(Math.min(Math.max(to, 0), last));
  return (
    <nav class="pages" aria-label={label}>
      <button type="button" disabled={at === 0} onClick={() => go(at - 1)}>
        Previous
      </button>
      <span>
        {total === 0
          ? "no lines"
          : `${(at * rows + 1).toLocaleString()}–${Math.min(total, (at + 1) * rows).toLocaleString()} of ${total.toLocaleString()}`}
      </span>
      <button type="button" disabled={at >= last} onClick={() => go(at + 1)}>
        Next
      </button>
    </nav>
  );
}
