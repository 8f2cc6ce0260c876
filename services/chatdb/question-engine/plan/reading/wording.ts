import type { DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../../column-kind.ts";
import { plural, singular } from "../../language/tokens.ts";
import type { Aggregate, ColumnRef, Expression, InnerQuery, Join, QueryPlan, Scalar } from "../plan.ts";
import { Scope } from "../scope.ts";
import { list, several, spoken } from "./words.ts";

/** How the things and columns of one query are called. */
export class Wording {
  readonly scope: Scope;
  readonly root: string;
  /** What the query is about, in the plural: "order items". */
  readonly things: string;
  readonly #schema: DatabaseSchema;
  readonly #from: QueryPlan["from"];
  readonly #joins: readonly Join[];

  /** @param about the source that the query is told from, where it is not its first one @param things where those are no rows of a table */
  constructor(
    { from, joins }: Pick<QueryPlan, "from" | "joins">,
    schema: DatabaseSchema,
    { about = from.as, things }: { about?: string; things?: string | undefined } = {},
  ) {
    this.#schema = schema;
    this.#from = from;
    this.#joins = joins;
    this.root = about;
    this.scope = Scope.of({ from, joins }, schema);
    this.things = things ?? plural(spoken(this.table(about)?.name ?? about));
  }

  table(source: string): Table | undefined {
    const found = [this.#from, ...this.#joins].find(({ as }) => as === source);
    return found && "table" in found
      ? this.#schema.tables.find(({ schema, name }) => schema === found.schema && name === found.table)
      : undefined;
  }

  /** One of a source's things. A key may say more of it than the table's name: the origin airport, the destination airport. */
  thing(source: string): string {
    const join = this.#joins.find(({ as }) => as === source);
    const name = singular(spoken(this.table(source)?.name ?? source));
    const [pair, ...others] = join?.on ?? [];
    const key =
      pair && others.length === 0 && this.table(source)?.primaryKey.includes(pair.right)
        ? /^(.+) id$/.exec(spoken(pair.left.column))?.[1]
        : undefined;
    return key ?? name;
  }

  /** "price"; of another thing than the query's, "customer's name". */
  column({ source, column }: ColumnRef): string {
    if (source !== this.root) return `${this.thing(source)}'s ${spoken(column)}`;
    return "query" in this.#from ? selected(this.#from.query, column, this.#schema) : spoken(column);
  }

  /** What was done to things at a time: "ordered", where there is an `ordered_at`. */
  deed(value: Expression): string | undefined {
    if (value.kind !== "column" || value.source !== this.root || !this.isTime(value)) return undefined;
    return /^(\S*ed) (?:at|on|date)$/.exec(spoken(value.column))?.[1];
  }

  /** What a key refers to, or the column. */
  group(value: Scalar): string {
    const table = value.kind === "column" ? this.table(value.source) : undefined;
    const key =
      value.kind === "column"
        ? table?.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === value.column)
        : undefined;
    if (value.kind !== "column" || !key) return this.scalar(value);
    return /^(.+) id$/.exec(spoken(value.column))?.[1] ?? singular(spoken(key.table));
  }

  /** Whether the columns tell the rows of a source apart. */
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

  /** "number", "total stock", "latest ordered at": what is computed, without of what. */
  aggregate({ fn, of, distinct }: Aggregate): string {
    const [value] = of;
    if (fn === "count") return this.#count(of, distinct);
    // The order item's quantity is the order item quantity: it is not of one of them.
    const name = this.scalar(value!).replaceAll("'s ", " ");
    const different = distinct && fn !== "min" && fn !== "max" ? `different ${several(name)}` : name;
    // "total price", yet "total of quantity times price".
    const joined = value!.kind === "arithmetic" || distinct ? `of ${different}` : different;
    const time = this.isTime(value!);
    return `${{ sum: "total", avg: "average", min: time ? "earliest" : "lowest", max: time ? "latest" : "highest" }[fn]} ${fn === "min" || fn === "max" ? name : joined}`;
  }

  expression(value: Expression): string {
    return value.kind === "aggregate" ? this.aggregate(value) : this.scalar(value);
  }

  /** The things that are counted, in the plural, where `count` counts them one by one. */
  counted({ fn, of, distinct }: Aggregate): string | undefined {
    if (fn !== "count") return undefined;
    const columns = of.flatMap((value) => (value.kind === "column" ? [value] : []));
    const [first] = columns;
    if (!first || columns.length < of.length) return of.length === 0 ? this.things : undefined;
    const isKey =
      columns.every(({ source }) => source === first.source) &&
      this.isKey(
        first.source,
        columns.map(({ column }) => column),
      );
    if (!isKey) return undefined;
    if (first.source === this.root) return this.things;
    return distinct || this.#isMany(first.source) ? plural(this.thing(first.source)) : undefined;
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
    if (counted === this.things) return "number";
    if (counted !== undefined) return `number of ${distinct ? "different " : ""}${counted}`;
    const names = list(of.map((value) => several(this.scalar(value))));
    return `number of ${distinct ? "different" : "known"} ${names}`;
  }
}

/** What a column of an inner query stands for. */
function selected(query: InnerQuery, name: string, schema: DatabaseSchema): string {
  const found = query.select.find(({ as }) => as === name);
  if (!found) return spoken(name);
  const wording = new Wording(query, schema);
  const counted = found.value.kind === "aggregate" ? wording.counted(found.value) : undefined;
  return counted === wording.things ? `number of ${counted}` : wording.expression(found.value);
}
