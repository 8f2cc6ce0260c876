import { kubectl } from "./kubectl.ts";

/** Runs SQL as PostgreSQL's administrator and returns the rows without padding. */
export function psql(database: string, sql: string): Promise<string> {
  const server = ["exec", "--namespace=chatdb-system", "postgres-0", "--"];
  return kubectl(...server, "psql", "--username=postgres", `--dbname=${database}`, "-tAc", sql);
}
