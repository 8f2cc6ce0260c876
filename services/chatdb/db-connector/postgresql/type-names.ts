import type pg from "pg";

/** The name of each type, as the server prints it, by its oid. */
export async function readTypeNames(client: pg.ClientBase): Promise<Map<number, string>> {
  const { rows } = await client.query<[number, string]>({
    text: "SELECT oid, format_type(oid, NULL) FROM pg_type",
    rowMode: "array",
  });
  return new Map(rows);
}
