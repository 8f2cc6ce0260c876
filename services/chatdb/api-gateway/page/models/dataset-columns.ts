/** Read of a dataset to learn its columns, in bytes. */
export const headBytes = 65_536;

/**
 * The columns of a dataset, from its beginning: the fields of a CSV file's first line (RFC 4180), or the names in the first object of JSON
 * lines. Empty where the beginning does not tell.
 */
export function columnsOf(head: string, name: string): string[] {
  if (/\.(jsonl|ndjson)$/.test(name)) return namesIn(head.split("\n", 1)[0]!);
  const fields: string[] = [];
  // Quoted, with quotes doubled inside, or without; then what separates it from the next.
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

/** What is predicted unless somebody says otherwise: as jobs.ts of the contracts has it. */
export const defaultTarget = (columns: readonly string[]): string | undefined =>
  columns.find((name) => name === "target") ?? columns.at(-1);

/** The beginning of what a response brings; the rest is not read. */
export async function headOf({ body }: Response): Promise<string> {
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  let head = "";
  for (let next = await reader.read(); !next.done && head.length < headBytes; next = await reader.read())
    head += next.value;
  await reader.cancel();
  return head;
}
