import { factsOf, type SchemaFacts } from "./column-facts.ts";
import { sameResult, type Blocks } from "@chatdb/ml-engine/questions/same-result.ts";
import { generateRows, type Rows } from "./generate-rows.ts";
import type { SetQuestion, SetSchema } from "./question-set.ts";
import { sqlTokens } from "./sql-tokens.ts";
import { SqliteDatabase } from "./sqlite-database.ts";

/** What a gold query gives on one database. */
export interface GoldResult {
  /** Of the database. */
  seed: number;
  blocks: Blocks;
}

export type Gold =
  /** On the databases to compare on, at least one. */
  | { kind: "results"; results: GoldResult[] }
  /** It fails, finds nothing on any database, or gives what the order of the stored rows decides on all. */
  | { kind: "unusable"; why: "fails" | "empty" | "ambiguous"; message: string };

/** As many databases are made for a schema; each question is compared on those that suit it. */
const candidates = 8;

/** Databases of one schema, each from its seed, with the results of its gold queries. */
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
   * The results on the first databases on which the query finds something, and the same however the rows are stored: where
   * a LIMIT cuts between equals, or a column is neither grouped nor aggregated, a right query might give another result.
   */
  gold(sql: string, wanted: number): Gold {
    const respelled = respell(sql, this.#spellings);
    let found = 0;
    const results: GoldResult[] = [];
    for (const { seed, db, reversed } of this.#seeds) {
      try {
        const { blocks, cutsTie } = db.gold(respelled);
        if (!saysSomething(blocks)) continue;
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

  /** The result of any query of SQLite's dialect on the database of that seed. @throws what SQLite says */
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

/** A lone nothing, none or zero is what many a wrong query gives too. */
function saysSomething(blocks: Blocks): boolean {
  const rows = blocks.flat();
  return rows.length > 1 || (rows.length === 1 && rows[0]!.some((value) => value !== null && value !== 0));
}

/** Each literal in lower case with the spelling that the databases have. */
function spellingsOf({ schema, of }: SchemaFacts): Map<string, string> {
  const literals = schema.tables.flatMap(({ name, columns }) =>
    columns.flatMap((column) => of(name, column.name).domain.literals),
  );
  return new Map(literals.flatMap((value) => (typeof value === "string" ? [[value.toLowerCase(), value]] : [])));
}

/** Gold queries of one set differ in the case of one and the same value; a column has it in one case only. */
function respell(sql: string, spellings: ReadonlyMap<string, string>): string {
  let respelled = sql;
  for (const { kind, text, start, end } of sqlTokens(sql).toReversed()) {
    const spelling = kind === "string" ? spellings.get(text.toLowerCase()) : undefined;
    if (spelling !== undefined && spelling !== text)
      respelled = respelled.slice(0, start) + sql[start] + spelling + respelled.slice(end - 1);
  }
  return respelled;
}
