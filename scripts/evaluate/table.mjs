/** Tables for a terminal. */

/** `rows` under `heads`; numbers stand to the right. */
export function table(heads, rows) {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : String(cell))),
  );
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column].length)));
  const isNumber = heads.map(
    (_, column) =>
      rows.length > 0 && rows.every((row) => typeof row[column] === "number" || / %$|^–$/.test(row[column])),
  );
  const line = (row) =>
    row
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join("  ")
      .trimEnd();
  return [line(heads), line(widths.map((width) => "-".repeat(width))), ...cells.map(line)].join("\n");
}

/** A share of `all` in percent with one decimal. */
export function percent(part, all) {
  return all === 0 ? "–" : `${((100 * part) / all).toFixed(1)} %`;
}
