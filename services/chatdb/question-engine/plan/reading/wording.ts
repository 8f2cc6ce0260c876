import type { DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../../column-kind.ts";
import { plural, singular } from "../../language/tokens.ts";
import type { Aggregate, ColumnRef, Expression, InnerQuery, Join, QueryPlan, Scalar } from "../plan.ts";
import { Scope } from "../scope.ts";
import { list, pluralOf, nameInWords } from "./words.ts";

/** Names the rows and columns of one query in English. */
export class Wording {
  readonly scope: Scope;
  readonly root: string;
  /** The noun for the query's rows in the plural: "order items". */
  readonly pluralNoun: string;
  readonly #schema: DatabaseSchema;
  readonly #from: QueryPlan["from"];
  readonly #joins: readonly Join[];

  /**
   * @param about the source that the text is about, if it is not the first one
   * @param noun the plural noun for rows that do not come from a table
   */
  constructor(
    { from, joins }: Pick<QueryPlan, "from" | "joins">,
    schema: DatabaseSchema,
    { about = from.as, noun }: { about?: string; noun?: string | undefined } = {},
  ) {
    this.#schema = schema;
    this.#from = from;
    this.#joins = joins;
    this.root = about;
    this.scope = Scope.of({ from, joins }, schema);
    this.pluralNoun = noun ?? plural(nameInWords(this.table(about)?.name ?? about));
  }

  table(source: string): Table | undefined {
    const found = [this.#from, ...this.#joins].find(({ as }) => as === source);
    return found && "table" in found
      ? this.#schema.tables.find(({ schema, name }) => schema === found.schema && name === found.table)
      : undefined;
  }

  /**
   * Names one row of a source. A key may be more specific than the table's name: the origin airport, the destination
   * airport.
   */
  noun(source: string): string {
    const join = this.#joins.find(({ as }) => as === source);
    const name = singular(nameInWords(this.table(source)?.name ?? source));
    const [pair, ...others] = join?.on ?? [];
    const key =
      pair && others.length === 0 && this.table(source)?.primaryKey.includes(pair.right)
        ? /^(.+) id$/.exec(nameInWords(pair.left.column))?.[1]
        : undefined;
    return key ?? name;
  }

  /** Names a column: "price", or "customer's name" if it belongs to another source than the root. */
  column({ source, column }: ColumnRef): string {
    if (source !== this.root) return `${this.noun(source)}'s ${nameInWords(column)}`;
    return "query" in this.#from ? selected(this.#from.query, column, this.#schema) : nameInWords(column);
  }

  /** Finds the verb in the name of a time column: "ordered" in `ordered_at`. */
  eventVerb(value: Expression): string | undefined {
    if (value.kind !== "column" || value.source !== this.root || !this.isTime(value)) return undefined;
    return /^(\S*ed) (?:at|on|date)$/.exec(nameInWords(value.column))?.[1];
  }

  /** Names a group by the table that a foreign key refers to, or by its column. */
  group(value: Scalar): string {
    const table = value.kind === "column" ? this.table(value.source) : undefined;
    const key =
      value.kind === "column"
        ? table?.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === value.column)
        : undefined;
    if (value.kind !== "column" || !key) return this.scalar(value);
    return /^(.+) id$/.exec(nameInWords(value.column))?.[1] ?? singular(nameInWords(key.table));
  }

  /** Tells whether columns contain the primary key of a source. */
  isKey(source: string, columns: readonly string[]): boolean {
    const key = this.table(source)?.primaryKey ?? [];
    return key.length > 0 && key.every((column) => columns.includes(column));
  }

  isTime(value: Expression): boolean {
    const type = this.scope.typeOf(value);
    return type !== undefined && kindOf(type) === "time";
  }

  isText(value: Expression): boolean {
    const type = this.scope.typeOf(value);
    return type !== undefined && kindOf(type) === "text";
  }

  scalar(value: Scalar): string {
    switch (value.kind) {
      case "column":
        return this.column(value);
      case "part":
        return `${value.unit === "day" ? "day of the month" : value.unit === "weekday" ? "day of the week" : value.unit} of ${this.column(value.of)}`;
      case "period":
        return `${value.unit} of ${this.column(value.of)}`;
      case "arithmetic": {
        const [left, right] = [value.left, value.right].map((operand) =>
          typeof operand === "number" ? String(operand) : this.column(operand),
        );
        return `${left!} ${{ "+": "plus", "-": "minus", "*": "times", "/": "divided by" }[value.op]} ${right!}`;
      }
    }
  }

  /** Names an aggregate without the rows that it covers: "number", "total stock", "latest ordered at". */
  aggregate({ fn, of, distinct }: Aggregate): string {
    const [value] = of;
    if (fn === "count") return this.#count(of, distinct);
    // Inside an aggregate, "order item's quantity" becomes "order item quantity", since it covers many items.
    const name = this.scalar(value!).replaceAll("'s ", " ");
    const different = distinct && fn !== "min" && fn !== "max" ? `different ${pluralOf(name)}` : name;
    // Arithmetic takes "of": "total price", but "total of quantity times price".
    const joined = value!.kind === "arithmetic" || distinct ? `of ${different}` : different;
    const time = this.isTime(value!);
    return `${{ sum: "total", avg: "average", min: time ? "earliest" : "lowest", max: time ? "latest" : "highest" }[fn]} ${fn === "min" || fn === "max" ? name : joined}`;
  }

  expression(value: Expression): string {
    return value.kind === "aggregate" ? this.aggregate(value) : this.scalar(value);
  }

  /** Names the rows that `count` counts one by one, in the plural; undefined if it counts values. */
  counted({ fn, of, distinct }: Aggregate): string | undefined {
    if (fn !== "count") return undefined;
    const columns = of.flatMap((value) => (value.kind === "column" ? [value] : []));
    const [first] = columns;
    if (!first || columns.length < of.length) return of.length === 0 ? this.pluralNoun : undefined;
    const isKey =
      columns.every(({ source }) => source === first.source) &&
      this.isKey(
        first.source,
        columns.map(({ column }) => column),
      );
    if (!isKey) return undefined;
    if (first.source === this.root) return this.pluralNoun;
    return distinct || this.#isMany(first.source) ? plural(this.noun(first.source)) : undefined;
  }

  #isMany(source: string): boolean {
    const join = this.#joins.find(({ as }) => as === source);
    return (
      join !== undefined &&
      !this.isKey(
        source,
        join.on.map(({ right }) => right),
      )
    );
  }

  #count(of: readonly Scalar[], distinct: boolean | undefined): string {
    const counted = this.counted({ kind: "aggregate", fn: "count", of: [...of], ...(distinct ? { distinct } : {}) });
    if (counted === this.pluralNoun) return "number";
    if (counted !== undefined) return `number of ${distinct ? "different " : ""}${counted}`;
    const names = list(of.map((value) => pluralOf(this.scalar(value))));
    return `number of ${distinct ? "different" : "known"} ${names}`;
  }
}

/** Names a column of an inner query by what the query selects. */
function selected(query: InnerQuery, name: string, schema: DatabaseSchema): string {
  const found = query.select.find(({ as }) => as === name);
  if (!found) return nameInWords(name);
  const wording = new Wording(query, schema);
  const counted = found.value.kind === "aggregate" ? wording.counted(found.value) : undefined;
  return counted === wording.pluralNoun ? `number of ${counted}` : wording.expression(found.value);
}
