/*
 * PostgreSQL cannot store the character NUL or an unpaired surrogate
 * (https://www.postgresql.org/docs/current/datatype-json.html). Both are replaced by U+FFFD, the replacement character.
 */

/** Converts a text for a column of type text. */
export function storedText(text: string): string {
  return text.replaceAll("\0", "\ufffd").toWellFormed();
}

/** Converts a value for a column of type jsonb. JSON.stringify escapes exactly the characters to replace. */
export function storedJson(value: unknown): string {
  return JSON.stringify(value).replace(/\\u(0000|d[89a-f][0-9a-f]{2})/g, "\\ufffd");
}
