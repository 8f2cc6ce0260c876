/** How much of a dataset is read to find its columns, in bytes. */
export const headBytes = 65_536;

/**
 * Finds the columns of a dataset from its beginning: the fields of a CSV file's first line (RFC 4180), or the names in
 * the first object of JSON lines. Returns an empty list if the beginning is neither.
 */
export function columnsOf(head: string, name: string): string[] {
  if (/\.(jsonl|ndjson)$/.test(name)) return namesIn(head.split("\n", 1)[0]!);
  const fields: string[] = [];
  // A field with quotes (doubled inside) or without, and the separator after it.
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  const text = head.replace(/^\uFEFF/, "");
  for (let match = field.exec(text); match; match = field.exec(text)) {
    fields.push((match[1]?.replaceAll('""', '"') ?? match[2]!).trim());
    if (match[3] !== ",") break;
  }
  return fields.filter((each) => each !== "");
}

function namesIn(line: string): string[] {
  try {
    return Object.keys(JSON.parse(line) as object);
  } catch {
    return [];
  }
}

/** Returns the column that is predicted by default, by the rule in jobs.ts of the contracts. */
export const defaultTarget = (columns: readonly string[]): string | undefined =>
  columns.find((name) => name === "target") ?? columns.at(-1);

/** Reads the beginning of a response and cancels the rest. */
export async function headOf({ body }: Response): Promise<string> {
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let head = "";
  for (let next = await reader.read(); !next.done && head.length < headBytes; next = await reader.read())
    head += next.value;
  await reader.cancel();
  return head;
}
