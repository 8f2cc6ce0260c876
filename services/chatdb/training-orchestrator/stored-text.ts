/*
 * PostgreSQL keeps every text but those with the character NUL or with half a surrogate pair
 * (https://www.postgresql.org/docs/current/datatype-json.html). Both are kept as U+FFFD, the sign for what is no character.
 */

/** A text as a column of type text keeps it. */
export function storedText(text: string): string {
  return text.replaceAll("\0", "\ufffd").toWellFormed();
}

/** A value as a column of type jsonb keeps it. JSON.stringify escapes just what has to be replaced. */
export function storedJson(value: unknown): string {
  return JSON.stringify(value).replace(/\\u(0000|d[89a-f][0-9a-f]{2})/g, "\\ufffd");
}
