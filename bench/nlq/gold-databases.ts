import { factsOf, type SchemaFacts } from "./column-facts.ts";
import { sameResult, type Blocks } from "@chatdb/ml-engine/questions/same-result.ts";
import { generateRows, type Rows } from "./generate-rows.ts";
import type { SetQuestion, SetSchema } from "./question-set.ts";
import { sqlTokens } from "./sql-tokens.ts";
import { SqliteDatabase } from "./sqlite-database.ts";

/** The result of a gold query on one database. */
export interface GoldResult {
  /** The database's seed. */
  seed: number;
  blocks: Blocks;
}

export type Gold =
  /** The results on the databases for the comparison, at least one. */
  | { kind: "results"; results: GoldResult[] }
  /** The query fails, returns nothing on any database, or depends on the order of stored rows on all. */
  | { kind: "unusable"; why: "fails" | "empty" | "ambiguous"; message: string };

/** The number of databases per schema; each question is compared on the suitable ones. */
const candidates = 8;

/** The databases of one schema, each generated from its seed, with the results of its gold queries. */
export class GoldDatabases {
  readonly facts: SchemaFacts;
  readonly #seeds: { seed: number; rows: Rows; db: SqliteDatabase; reversed: SqliteDatabase }[];
  readonly #spellings: ReadonlyMap<string, string>;

  constructor(schema: SetSchema, questions: readonly SetQuestion[], firstSeed: number) {
    this.facts = factsOf(schema, questions);
    this.#spellings = spellingsOf(this.facts);
    this.#seeds = Array.from({ length: candidates }, (_, index) => {
      const rows = generateRows(this.facts, firstSeed + index);
      const backwards = new Map([...rows].map(([table, list]) => [table, list.toReversed()]));
      return {
        seed: firstSeed + index,
        rows,
        db: new SqliteDatabase(this.facts, rows),
        reversed: new SqliteDatabase(this.facts, backwards),
      };
    });
  }

  get seeds(): { seed: number; rows: Rows }[] {
    return this.#seeds;
  }

  /**
   * Returns the results on the first databases where the query returns something that does not depend on the order of
   * stored rows: a LIMIT between equal rows, or a column that is neither grouped nor aggregated, would allow other
   * right results.
   */
  gold(sql: string, wanted: number): Gold {
    const respelled = respell(sql, this.#spellings);
    let found = 0;
    const results: GoldResult[] = [];
    for (const { seed, db, reversed } of this.#seeds) {
      try {
        const { blocks, cutsTie } = db.gold(respelled);
        if (!isInformative(blocks)) continue;
        found++;
        if (!cutsTie && sameResult(blocks, reversed.gold(respelled).blocks.flat())) results.push({ seed, blocks });
      } catch (error) {
        return { kind: "unusable", why: "fails", message: (error as Error).message };
      }
      if (results.length === wanted) break;
    }
    if (results.length > 0) return { kind: "results", results };
    return {
      kind: "unusable",
      why: found > 0 ? "ambiguous" : "empty",
      message: found > 0 ? "the order of the stored rows decides" : "no rows",
    };
  }

  /** Runs a query in SQLite's dialect on the database of a seed. @throws SQLite's error */
  run(sql: string, seed: number): Blocks {
    return this.#seeds.find((each) => each.seed === seed)!.db.gold(respell(sql, this.#spellings)).blocks;
  }

  close(): void {
    for (const { db, reversed } of this.#seeds) {
      db.close();
      reversed.close();
    }
  }
}

/** Tells whether a result distinguishes queries; many wrong queries also return a lone null, zero or no rows. */
function isInformative(blocks: Blocks): boolean {
  const rows = blocks.flat();
  return rows.length > 1 || (rows.length === 1 && rows[0]!.some((value) => value !== null && value !== 0));
}

/** Maps each literal in lower case to its spelling in the databases. */
function spellingsOf({ schema, of }: SchemaFacts): Map<string, string> {
  const literals = schema.tables.flatMap(({ name, columns }) =>
    columns.flatMap((column) => of(name, column.name).domain.literals),
  );
  return new Map(literals.flatMap((value) => (typeof value === "string" ? [[value.toLowerCase(), value]] : [])));
}

/** Replaces literals by their spelling in the databases, because gold queries differ in the case of the same value. */
function respell(sql: string, spellings: ReadonlyMap<string, string>): string {
  let respelled = sql;
  for (const { kind, text, start, end } of sqlTokens(sql).toReversed()) {
    const spelling = kind === "string" ? spellings.get(text.toLowerCase()) : undefined;
    if (spelling !== undefined && spelling !== text)
      respelled = respelled.slice(0, start) + sql[start] + spelling + respelled.slice(end - 1);
  }
  return respelled;
}
