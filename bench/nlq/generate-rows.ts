import { createRandom, type Random } from "@chatdb/sample-data/random.ts";
import type { ColumnFacts, SchemaFacts } from "./column-facts.ts";
import { shuffled, valuesOf, type Value, type ValueSource } from "./column-values.ts";
import type { SetForeignKey, SetSchema, SetTable } from "./question-set.ts";
import { witnessesOf, type WitnessRow } from "./witnesses.ts";

export type Row = Record<string, Value>;
/** Rows by table, in the schema's order of tables. */
export type Rows = Map<string, Row[]>;

/**
 * Generates rows of every table; they depend on the seed alone:
 * - each SELECT of the gold queries finds some, with its literals in its spelling;
 * - values next to the literals, and others, ensure that it does not find all;
 * - foreign keys hold, some parents have many children and a quarter of them none;
 * - a number that is not a category has few duplicates, and a unique minimum and maximum;
 * - names are unique, other text often repeats;
 * - one row in twelve has null in columns that no gold query orders, groups, counts or negates by.
 */
export function generateRows(facts: SchemaFacts, seed: number): Rows {
  return new Generator(facts, createRandom(seed)).run();
}

const nullShare = 1 / 12;
const childlessShare = 1 / 4;
const duplicateShare = 1 / 14;
const joinableShare = 3 / 4;
const rowsOf = { table: [22, 44], link: [60, 90] } as const;

/** The rows of a table that one foreign key refers to. */
interface Parents {
  /** Rows with children, those with the most first. */
  rows: Row[];
  /** Rows that get children first: one row once, all others twice, so that the minimum is unique. */
  firstParents: Row[];
  /** Rows that get children only from witnesses. */
  childless: Row[];
}

class Generator {
  readonly #facts: SchemaFacts;
  readonly #random: Random;
  readonly #rows: Rows = new Map();
  readonly #sources = new Map<object, ValueSource>();
  readonly #taken = new Map<string, Set<string>>();
  readonly #parents = new Map<string, Parents>();

  constructor(facts: SchemaFacts, random: Random) {
    this.#facts = facts;
    this.#random = random;
  }

  run(): Rows {
    const { schema, scopes } = this.#facts;
    const planned = Map.groupBy(shuffled(witnessesOf(scopes), this.#random).flat(), ({ table }) => table);
    for (const { name } of schema.tables) this.#rows.set(name, []);
    const later: [SetTable, SetForeignKey][] = [];
    const done = new Set<string>();
    for (const table of parentsFirst(schema)) {
      const [ready, waiting] = partition(table.foreignKeys, (key) => done.has(key.table));
      later.push(...waiting.map((key): [SetTable, SetForeignKey] => [table, key]));
      this.#fill(table, ready, planned.get(table.name) ?? []);
      done.add(table.name);
    }
    for (const [table, key] of later) this.#fillCyclicKey(table, key);
    return this.#rows;
  }

  #fill(table: SetTable, keys: readonly SetForeignKey[], planned: readonly WitnessRow[]): void {
    for (const witness of planned) this.#add(table, keys, witness);
    const [from, to] = table.foreignKeys.length > 1 ? rowsOf.link : rowsOf.table;
    const rows = this.#rows.get(table.name)!;
    const wanted = Math.max(this.#random.integer(from, to), Math.ceil(planned.length * 1.3));
    for (let tries = 0; rows.length < wanted && tries < wanted * 3; tries++) this.#add(table, keys);
    this.#rows.set(table.name, shuffled(rows, this.#random));
    for (const { name } of table.columns) this.#makeExtremesUnique(table, name);
  }

  #add(table: SetTable, keys: readonly SetForeignKey[], witness?: WitnessRow): void {
    const row: Row = {};
    for (const [column, cell] of witness?.cells ?? []) {
      if (cell.value !== undefined) row[column] = cell.value;
      else if (cell.conditions.length > 0) row[column] = this.#source(table, column).meeting(cell.conditions);
    }
    const same = witness && this.#sameKey(table, row);
    if (same) {
      Object.assign(same, row);
      this.#share(witness, same);
      return;
    }
    for (const column of witness?.own ?? [])
      if (!keys.some(({ columns }) => columns.includes(column))) row[column] ??= this.#source(table, column).rare();
    for (const key of keys) this.#pickParent(table, key, row, witness);
    for (const { name } of table.columns) row[name] ??= this.#value(table, name, witness !== undefined);
    if (!this.#isNew(table, row)) return;
    if (witness) this.#share(witness, row);
    this.#rows.get(table.name)!.push(row);
  }

  #share({ cells }: WitnessRow, row: Row): void {
    for (const [column, cell] of cells) cell.value = row[column]!;
  }

  #sameKey({ name, primaryKey }: SetTable, row: Row): Row | undefined {
    if (primaryKey.length === 0 || primaryKey.some((column) => row[column] === undefined)) return undefined;
    return this.#rows.get(name)!.find((each) => primaryKey.every((column) => each[column] === row[column]));
  }

  /** Copies the key of a parent that agrees with the row's existing values. */
  #pickParent(table: SetTable, key: SetForeignKey, row: Row, witness: WitnessRow | undefined): void {
    const { rows, firstParents, childless } = this.#parentsFor(table, key);
    const agrees = (parent: Row) =>
      key.columns.every((column, index) => row[column] === undefined || row[column] === parent[key.references[index]!]);
    const fitting = key.columns.some((column) => row[column] !== undefined)
      ? this.#rows.get(key.table)!.filter(agrees)
      : rows;
    if (fitting.length === 0) return;
    const unique = table.primaryKey.length > 0 && table.primaryKey.every((column) => key.columns.includes(column));
    const chance = this.#random.next() ** (unique ? 1 : 2);
    const own = key.columns.some((column) => witness?.own.has(column)) && childless.length > 3;
    const intended = fitting !== rows || unique ? undefined : own ? childless.pop() : firstParents.pop();
    const parent = intended ?? fitting[Math.floor(fitting.length * chance)]!;
    key.columns.forEach((column, index) => (row[column] = parent[key.references[index]!]!));
  }

  #parentsFor(table: SetTable, { columns, table: target }: SetForeignKey): Parents {
    const id = `${table.name}\n${columns.join("\n")}\n${target}`;
    let parents = this.#parents.get(id);
    if (!parents) {
      const [singleChildParent, ...others] = shuffled(this.#rows.get(target)!, this.#random);
      const rows = others.slice(0, Math.ceil(others.length * (1 - childlessShare)));
      this.#parents.set(
        id,
        (parents = {
          rows,
          firstParents: [...rows.flatMap((row) => [row, row]), singleChildParent!],
          childless: others.slice(rows.length),
        }),
      );
    }
    return parents;
  }

  #value(table: SetTable, name: string, planned: boolean): Value {
    const { roles, domain } = this.#facts.of(table.name, name);
    const source = this.#source(table, name);
    if (isUnique(this.#facts.schema, table, name) || this.#isName(table, name))
      return this.#unused(table, name, source);
    const conditioned = [...roles].some((role) => role !== "selected" && role !== "missing" && role !== "compared");
    const isKey = table.primaryKey.includes(name) || table.foreignKeys.some(({ columns }) => columns.includes(name));
    if (!planned && !conditioned && !isKey && this.#random.next() < (roles.has("missing") ? 3 : 1) * nullShare)
      return null;
    if (roles.has("joined") && !isKey && this.#random.next() < joinableShare) {
      const joinable = this.#joinableValue(table, domain);
      if (joinable !== undefined) return joinable;
    }
    if (domain.type === "text" && roles.has("ordered") && !roles.has("category")) return source.rare();
    if (domain.type === "text" || this.#random.next() < duplicateShare || roles.has("grouped")) return source.any();
    return this.#random.next() < 0.5 ? source.any() : source.rare();
  }

  /** Picks a value from a column of another table that gold queries join by without a foreign key. */
  #joinableValue({ name: own }: SetTable, domain: ColumnFacts["domain"]): Value | undefined {
    const columns = this.#facts.schema.tables.flatMap(({ name, columns }) =>
      name === own ? [] : columns.map((column) => [name, column.name] as const),
    );
    const others = columns.filter(
      ([table, column]) => this.#facts.of(table, column).domain === domain && this.#rows.get(table)!.length > 0,
    );
    if (others.length === 0) return undefined;
    const [table, column] = this.#random.pick(others);
    return this.#random.pick(this.#rows.get(table)!)[column] ?? undefined;
  }

  /**
   * Tells whether a column names the rows of a table; such values are unique, unless gold queries treat them as
   * categories.
   */
  #isName({ name: table, primaryKey }: SetTable, name: string): boolean {
    const { domain, roles } = this.#facts.of(table, name);
    return (
      primaryKey.length === 1 &&
      domain.type === "text" &&
      /name|title/i.test(name) &&
      !/first|last|middle|sur|family/i.test(name) &&
      !roles.has("category")
    );
  }

  #unused(table: SetTable, name: string, source: ValueSource): Value {
    const { domain } = this.#facts.of(table.name, name);
    const used = new Set(this.#rows.get(table.name)!.map((row) => row[name]));
    const start =
      domain.literals.length > 0 && domain.literals.every((value) => typeof value === "number")
        ? Math.min(...domain.literals.map(Number))
        : 1;
    for (let tries = 0; ; tries++) {
      const value =
        domain.type === "text" || tries > 200
          ? source.rare()
          : domain.type === "integer" || domain.type === "bigint"
            ? Math.max(1, start - 40) + this.#random.integer(0, 150)
            : source.rare();
      if (!used.has(value)) return value;
      if (tries > 1000) throw new Error(`${table.name}.${name} has no value left that is not taken.`);
    }
  }

  #isNew(table: SetTable, row: Row): boolean {
    const keys = [table.primaryKey, ...referencedKeys(this.#facts.schema, table)].filter((key) => key.length > 0);
    const ids = keys.map((key) => `${table.name}\n${key.join()}\n${JSON.stringify(key.map((column) => row[column]))}`);
    const taken = this.#taken.get(table.name) ?? new Set();
    this.#taken.set(table.name, taken);
    if (ids.some((id) => taken.has(id))) return false;
    for (const id of ids) taken.add(id);
    return true;
  }

  /** Makes the minimum and the maximum of a number unique, unless it is a key or a category. */
  #makeExtremesUnique(table: SetTable, name: string): void {
    const { domain, roles } = this.#facts.of(table.name, name);
    const isKey =
      table.primaryKey.includes(name) ||
      table.foreignKeys.some(({ columns }) => columns.includes(name)) ||
      isUnique(this.#facts.schema, table, name);
    if (isKey || domain.type === "text" || domain.type === "boolean" || roles.has("grouped")) return;
    const rows = this.#rows.get(table.name)!.filter((row) => row[name] !== null);
    for (const sign of [1, -1]) {
      const sorted = rows.toSorted((left, right) =>
        left[name]! < right[name]! ? sign : left[name]! > right[name]! ? -sign : 0,
      );
      const [first, second] = sorted;
      if (first && second && first[name] === second[name] && typeof first[name] === "number")
        first[name] += sign * this.#random.integer(1, 4);
    }
  }

  #source(table: SetTable, name: string): ValueSource {
    const facts = this.#facts.of(table.name, name);
    let source = this.#sources.get(facts.domain);
    if (!source) this.#sources.set(facts.domain, (source = valuesOf(facts, this.#random)));
    return source;
  }

  /** Fills keys of a table to itself or in a cycle for half of the rows, never with the row itself. */
  #fillCyclicKey(table: SetTable, key: SetForeignKey): void {
    const rows = this.#rows.get(table.name)!;
    const inKey = key.columns.some((column) => table.primaryKey.includes(column));
    if (inKey) return;
    const { rows: parents } = this.#parentsFor(table, key);
    for (const row of rows) {
      const parent = parents[Math.floor(parents.length * this.#random.next() ** 2)]!;
      const refers = parent !== row && this.#random.next() < 0.8;
      key.columns.forEach((column, index) => (row[column] = refers ? parent[key.references[index]!]! : null));
    }
  }
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/** Sorts tables after those that they refer to, as far as cycles allow. */
export function parentsFirst(schema: SetSchema): SetTable[] {
  const byName = new Map(schema.tables.map((table) => [table.name, table]));
  const ordered = new Set<SetTable>();
  const visit = (table: SetTable, above: readonly SetTable[]) => {
    if (ordered.has(table) || above.includes(table)) return;
    for (const key of table.foreignKeys) visit(byName.get(key.table)!, [...above, table]);
    ordered.add(table);
  };
  for (const table of schema.tables) visit(table, []);
  return [...ordered];
}

/** Lists the column sets that foreign keys refer to, except the primary key. */
export function referencedKeys(schema: SetSchema, table: SetTable): string[][] {
  const keys = schema.tables
    .flatMap(({ foreignKeys }) => foreignKeys)
    .filter((key) => key.table === table.name)
    .map(({ references }) => references);
  const others = keys.filter((key) => key.join() !== table.primaryKey.join());
  return [...new Map(others.map((key) => [key.join(), key])).values()];
}

function isUnique(schema: SetSchema, table: SetTable, column: string): boolean {
  return [table.primaryKey, ...referencedKeys(schema, table)].some((key) => key.length === 1 && key[0] === column);
}
