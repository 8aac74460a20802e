export type Cell = string | number | null;

/** The columns of a table by their names, and what each shows of a row. */
export type CsvColumns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

/** RFC 4180, with a byte order mark, by which spreadsheets know UTF-8. */
export async function* csvOf<Row>(
  columns: CsvColumns<Row>,
  stretches: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
): AsyncGenerator<string> {
  yield `\uFEFF${lineOf(Object.keys(columns))}`;
  const readers = Object.values(columns);
  for await (const rows of stretches)
    if (rows.length > 0) yield rows.map((row) => lineOf(readers.map((read) => read(row)))).join('');
}

function lineOf(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

/** What a spreadsheet would take for a formula begins with an apostrophe instead, also where blanks go before it. */
const FORMULA = /^[\s\uFEFF]*[=+\-@\t\r\n＝＋－＠]/;

function field(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
