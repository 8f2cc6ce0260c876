import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { vocabulary } from "../language/lexicon.ts";
import { infinitive } from "../language/verbs.ts";
import { otherNamesOfCountry } from "./countries.ts";
import { nameParts } from "./column-words.ts";
import { KeyGraph } from "./key-graph.ts";
import { labelOf } from "./labels.ts";
import { placed, type LearnedWord, type Placed } from "./learned-words.ts";
import { NameIndex } from "./name-index.ts";
import { ValueIndex } from "./value-index.ts";

/** A schema prepared for questions: what words may name in it, and how its tables are connected. */
export class SchemaIndex {
  readonly schema: DatabaseSchema;
  readonly graph: KeyGraph;
  readonly names: NameIndex;
  readonly values: ValueIndex;
  /** Learned words, in addition to the schema's names. */
  readonly learned: readonly Placed[];
  /** Single words that questions may contain: those of the grammar and of the schema's names. */
  readonly vocabulary: ReadonlySet<string>;
  /** Number of tables that have a column of a name. */
  readonly twins: ReadonlyMap<string, number>;
  /** Names and sampled values, as written and in lower case. */
  readonly spellings: { name: string; lower: string }[];
  /** Tables with separate first and last names; `named` are those whose rows have another name as well. */
  readonly people: { table: Table; first: Column; last: Column; named: boolean }[];
  readonly #owners = new Map<Table, Table | undefined>();

  /** @param learned local words, in addition to the schema's names; default: none */
  constructor(schema: DatabaseSchema, learned: readonly LearnedWord[] = []) {
    this.schema = schema;
    this.graph = new KeyGraph(schema);
    const words = placed(learned, schema);
    this.learned = words;
    this.names = new NameIndex(schema, words);
    this.values = new ValueIndex(schema, words);
    this.people = schema.tables.flatMap((table) => {
      const [first, last] = nameParts(table) ?? [];
      const label = labelOf(table);
      return first && last
        ? [{ table, first, last, named: label !== undefined && label !== first && label !== last }]
        : [];
    });
    this.vocabulary = new Set([
      ...vocabulary,
      ...this.names.words,
      ...this.values.words,
      ...words.flatMap((each) => each.words),
    ]);
    const columns = schema.tables.flatMap((table) => table.columns);
    this.twins = new Map([...Map.groupBy(columns, ({ name }) => name)].map(([name, { length }]) => [name, length]));
    const names = new Set([
      ...[...schema.tables, ...columns].map(({ name }) => name),
      ...columns.flatMap(({ samples }) => samples ?? []),
    ]);
    this.spellings = [...names].map((name) => ({ name, lower: name.toLowerCase() }));
  }

  /**
   * Returns the table whose rows a value classifies: products, if Books is a category; undefined unless there is
   * exactly one.
   */
  ownerOfKinds({ table, column }: { table: Table; column: Column }): Table | undefined {
    if (labelOf(table) !== column) return undefined;
    if (!this.#owners.has(table)) {
      const owners = this.schema.tables.filter(
        (each) =>
          each.foreignKeys.some((key) => key.schema === table.schema && key.table === table.name) && labelOf(each),
      );
      this.#owners.set(table, owners.length === 1 ? owners[0] : undefined);
    }
    return this.#owners.get(table);
  }

  /** Whether a word is known as it is written. */
  knows({ word, stem }: { word: string; stem: string }): boolean {
    return (
      this.vocabulary.has(word) ||
      infinitive(word) !== undefined ||
      this.names.knows(stem) ||
      this.values.knows(word) ||
      this.values.knows(stem) ||
      otherNamesOfCountry(word).length > 0
    );
  }
}
