import type { SchemaFacts } from "../../../bench/nlq/column-facts.ts";
import { sqlTokens } from "../../../bench/nlq/sql-tokens.ts";

/** Translates a gold query to PostgreSQL's dialect: quoted names, strings in single quotes, and LIKE without case. */
export function inPostgres(sql: string, { schema, of }: SchemaFacts): string {
  const names = new Map(
    schema.tables
      .flatMap(({ name, columns }) => [name, ...columns.map((column) => column.name)])
      .map((name) => [name.toLowerCase(), name]),
  );
  const literals = schema.tables
    .flatMap(({ name, columns }) => columns.flatMap((column) => of(name, column.name).domain.literals))
    .map(String);
  const spelled = (text: string) => literals.find((each) => each.toLowerCase() === text.toLowerCase()) ?? text;
  let translated = sql.replace(/[;\s]+$/, "");
  for (const { kind, text, word, start, end } of sqlTokens(translated).toReversed()) {
    const name = kind === "word" ? names.get(word) : undefined;
    const other =
      kind === "string"
        ? `'${spelled(text).replaceAll("'", "''")}'`
        : name !== undefined
          ? `"${name}"`
          : word === "like"
            ? "ILIKE"
            : undefined;
    if (other !== undefined) translated = translated.slice(0, start) + other + translated.slice(end);
  }
  return translated;
}
