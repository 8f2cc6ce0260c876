import type { Column, Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import type { Attribute, Measure, TableMention } from "../grammar/frame.ts";
import { labelNouns } from "../language/lexicon.ts";
import { wordsOfName } from "../language/tokens.ts";
import { isYear } from "../linking/condition-columns.ts";
import { isKey, nounPlace } from "../linking/labels.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import { Refusal } from "../refusal.ts";
import type { Decisions } from "./decisions.ts";

export interface TableColumn {
  table: Table;
  column: Column;
}

export interface Candidate extends TableColumn {
  cost: number;
}

/** Accepts the columns that a measure can be computed over: no sum or average of a key or of text. */
export const canMeasure =
  ({ fn }: Measure) =>
  ({ table, column }: TableColumn): boolean =>
    (fn !== "sum" && fn !== "avg") ||
    (kindOf(column) === "number" && !(table.primaryKey.length === 1 && table.primaryKey[0] === column.name));

const costs = { step: 0.45, elsewhere: 0.15, unreachable: 3, notOf: 0.8, later: 0.05 };

/** Finds the tables and columns that mentions mean, preferring those near to the other tables of the question. */
export class Resolver {
  readonly #index: SchemaIndex;
  readonly #decisions: Decisions;

  constructor(index: SchemaIndex, decisions: Decisions) {
    this.#index = index;
    this.#decisions = decisions;
  }

  /** The table that a mention means. @throws Refusal if there is none */
  table({ tables, at, words }: TableMention, near: readonly Table[] = []): Table {
    const options = tables
      .map(({ table, cost }) => ({ table, cost: cost + this.#distance(table, near) * 0.2 }))
      .sort(byCost);
    const taken = this.#decisions.take(`table ${at}`, options);
    if (!taken) throw new Refusal(`I did not understand: ${words}.`, { words: [words] });
    return taken.table;
  }

  /**
   * The column that an attribute means.
   * @param near tables that the question names, the likeliest owners first
   * @throws Refusal if there is none
   */
  column(
    attribute: Attribute,
    near: readonly Table[],
    fits: (found: TableColumn) => boolean = () => true,
  ): TableColumn {
    return this.pick(
      idOf(attribute),
      wordsOf(attribute),
      this.candidates(attribute),
      near,
      fits,
      attribute.kind === "name" ? attribute.name.of : undefined,
    );
  }

  /** Picks the fitting candidate of the lowest cost and distance. @throws Refusal if none fits */
  pick(
    id: string,
    words: string,
    candidates: readonly Candidate[],
    near: readonly Table[],
    fits: (found: TableColumn) => boolean = () => true,
    of?: TableMention,
  ): TableColumn {
    const owners = of?.tables;
    const options = candidates
      .filter(fits)
      .map((each) => ({
        ...each,
        cost: each.cost + (owners ? this.#distanceOf(each.table, owners) : this.#distance(each.table, near)),
      }))
      .sort(byCost);
    const taken = this.#decisions.take(id, options);
    if (!taken) throw new Refusal(`I did not understand: ${words}. Nothing here fits.`, { words: [words] });
    return taken;
  }

  /** The columns of revenue: one that holds it, or quantity and price. @throws Refusal if there are none */
  revenue(near: readonly Table[]): { table: Table; columns: Column[] } {
    const options = this.#index.schema.tables.flatMap((table) => {
      const numbers = table.columns.filter((column) => kindOf(column) === "number" && !isKey(table, column));
      const find = (...nouns: string[]) => numbers.find(({ name }) => nouns.includes(wordsOfName(name).at(-1) ?? ""));
      const total = find("revenue", "revenues", "turnover", "sales", "income");
      const [quantity, price] = [find("quantity", "qty"), find("price")];
      const columns = total ? [total] : quantity && price ? [quantity, price] : undefined;
      return columns ? [{ table, columns, cost: this.#distance(table, near) * 0.3 }] : [];
    });
    const taken = this.#decisions.take("revenue", options.sort(byCost));
    if (!taken) throw new Refusal("I did not understand what was paid: nothing here says it.", { words: ["revenue"] });
    return taken;
  }

  /** All columns that an attribute may mean. */
  candidates(attribute: Attribute): Candidate[] {
    if (attribute.kind === "name")
      return attribute.name.columns.map(({ table, column, cost }) => ({ table, column, cost }));
    const ofSchema = unnamed.get(this.#index) ?? new Map<string, Candidate[]>();
    unnamed.set(this.#index, ofSchema);
    const key =
      attribute.kind === "nouns"
        ? attribute.nouns.join(" ")
        : attribute.kind === "time"
          ? `time ${asksForAge(attribute.words)}`
          : attribute.kind;
    let found = ofSchema.get(key);
    if (!found) ofSchema.set(key, (found = this.#unnamed(attribute)));
    return found;
  }

  #unnamed(attribute: Exclude<Attribute, { kind: "name" }>): Candidate[] {
    return this.#index.schema.tables.flatMap((table) =>
      table.columns.flatMap((column) => {
        const cost = costOf(attribute, table, column);
        return cost === undefined ? [] : [{ table, column, cost }];
      }),
    );
  }

  #distance(table: Table, near: readonly Table[]): number {
    if (near.length === 0) return 0;
    const away = near.map(
      (each, place) =>
        place * costs.later +
        (each === table
          ? 0
          : costs.elsewhere +
            costs.step * Math.min(this.#index.graph.distance(each, table), costs.unreachable / costs.step)),
    );
    return Math.min(...away);
  }

  #distanceOf(table: Table, owners: TableMention["tables"]): number {
    const owner = owners.find((each) => each.table === table);
    return owner
      ? owner.cost
      : costs.notOf +
          this.#distance(
            table,
            owners.map((each) => each.table),
          );
  }
}

/** Caches the candidates of attributes that name no column, by schema. */
const unnamed = new WeakMap<SchemaIndex, Map<string, Candidate[]>>();

const byCost = (a: { cost: number }, b: { cost: number }) => a.cost - b.cost;

const idOf = (attribute: Attribute) =>
  `column ${attribute.kind === "name" ? attribute.name.at : `${attribute.kind} ${attribute.at}`}`;

export const wordsOf = (attribute: Attribute) => (attribute.kind === "name" ? attribute.name.words : attribute.words);

/** A date of birth is unlikely to be the time that a row is about. */
const isBirth = ({ name }: Column) => /birth|^dob$|_dob$/i.test(name);

const asksForAge = (words: string) => /old|eld|young|junior|senior|born/.test(words);

/** The cost of a column for an attribute that does not name it, or undefined if it does not fit. */
function costOf(attribute: Exclude<Attribute, { kind: "name" }>, table: Table, column: Column): number | undefined {
  const kind = kindOf(column);
  switch (attribute.kind) {
    case "time":
      return kind === "time"
        ? 0.1 + (isBirth(column) && !asksForAge(attribute.words) ? 0.3 : 0)
        : isYear(column)
          ? 0.2
          : undefined;
    case "number":
      return kind === "number" && !isKey(table, column) ? 0.3 : undefined;
    case "nouns": {
      const place = kind === "number" || kind === "time" ? nounPlace(attribute.nouns, column) : undefined;
      return place === undefined ? undefined : place * 0.05;
    }
    case "label": {
      const place = kind === "text" ? nounPlace(labelNouns, column) : undefined;
      return place === undefined ? (kind === "text" && !isKey(table, column) ? 1.2 : undefined) : place * 0.05;
    }
  }
}
