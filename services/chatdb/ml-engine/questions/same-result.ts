/** Rows of values, in the order of the columns. */
export type Table = unknown[][];

/** Rows in groups: the order of the groups matters, the order in a group does not. */
export type Blocks = Table[];

/**
 * A value so that equal ones of SQLite and PostgreSQL are the same text: numbers, also those that come as text, to six
 * significant digits and four decimals; true and false as 1 and 0; a date with a time of midnight as the date,
 * and a month as its first day.
 */
export function normal(value: unknown): string {
  if (value === null || value === undefined) return "\0";
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number" || typeof value === "bigint") return numberText(Number(value));
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return numberText(Number(text));
  if (/^\d{4}-\d\d$/.test(text)) return `${text}-01`;
  return text.replace(/^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.0+)?Z?$/, (_, date: string, time: string) =>
    time === "00:00:00" ? date : `${date} ${time}`,
  );
}

/** MySQL gives averages of integers with four decimals. Rounding to twelve digits first makes halves round alike. */
const numberText = (value: number) => String(Number(Number(Number(value.toPrecision(12)).toPrecision(6)).toFixed(4)));

export interface Comparing {
  /** Ignore extra columns. Default: extra columns make results differ. */
  extraColumns?: boolean;
}

/** Whether the rows equal those of the blocks under some order of the columns. */
export function sameResult(gold: Blocks, ours: Table, { extraColumns = false }: Comparing = {}): boolean {
  const goldRows = gold.flat();
  if (goldRows.length !== ours.length) return false;
  if (ours.length === 0) return true;
  const width = goldRows[0]!.length;
  const ourWidth = ours[0]!.length;
  if (extraColumns ? ourWidth < width : ourWidth !== width) return false;
  const left = goldRows.map((row) => row.map(normal));
  const right = ours.map((row) => row.map(normal));
  const sizes = gold.map(({ length }) => length);
  const contents = (rows: string[][], column: number) =>
    rows
      .map((row) => row[column]!)
      .sort()
      .join("\n");
  const goldContents = Array.from({ length: width }, (_, column) => contents(left, column));
  const ourContents = Array.from({ length: ourWidth }, (_, column) => contents(right, column));
  const candidates = goldContents.map((content) =>
    ourContents.flatMap((each, column) => (each === content ? [column] : [])),
  );
  const wanted = blocksText(left, sizes);
  return orders(candidates).some(
    (order) =>
      blocksText(
        right.map((row) => order.map((column) => row[column]!)),
        sizes,
      ) === wanted,
  );
}

function blocksText(rows: readonly string[][], sizes: readonly number[]): string {
  let start = 0;
  return sizes
    .map((size) =>
      rows
        .slice(start, (start += size))
        .map((row) => row.join("\t"))
        .sort()
        .join("\n"),
    )
    .join("\f");
}

/** Yields the assignments of distinct candidates to the columns, a thousand at most. */
function orders(candidates: readonly number[][], limit = 1000): number[][] {
  let found: number[][] = [[]];
  for (const options of candidates)
    found = found
      .flatMap((order) => options.filter((column) => !order.includes(column)).map((column) => [...order, column]))
      .slice(0, limit);
  return found;
}
