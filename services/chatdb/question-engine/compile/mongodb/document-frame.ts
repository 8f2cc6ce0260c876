import { isDeepStrictEqual } from "node:util";
import type { ColumnRef, Expression } from "../../plan/plan.ts";
import type { Scope } from "../../plan/scope.ts";
import { arithmetic, parts, periods, type Json } from "./expressions.ts";

/** The paths of columns and computed values in the documents at one point of a pipeline. */
export class Frame {
  readonly scope: Scope;
  readonly #paths: ReadonlyMap<string, (column: string) => string>;
  readonly #computed: readonly { value: Expression; path: string }[];
  readonly #taken: Set<string>;

  /** @param taken fields of the documents that must not be overwritten */
  constructor(
    scope: Scope,
    paths: ReadonlyMap<string, (column: string) => string> = new Map(),
    computed: readonly { value: Expression; path: string }[] = [],
    taken: Iterable<string> = [],
  ) {
    this.scope = scope;
    this.#paths = paths;
    this.#computed = computed;
    this.#taken = new Set(taken);
  }

  /** Returns the frame with one more source, whose documents are in a field. */
  with(source: string, field: string, scope: Scope): Frame {
    return new Frame(
      scope,
      new Map([...this.#paths, [source, (column: string) => `${field}.${column}`]]),
      this.#computed,
      this.#taken,
    );
  }

  /** Returns the frame of documents that have only these values. */
  computed(values: readonly { value: Expression; path: string }[]): Frame {
    return new Frame(
      this.scope,
      new Map(),
      values,
      values.map(({ path }) => path),
    );
  }

  /** Chooses an unused name for a new field, and replaces names that MongoDB could interpret differently. */
  field(wanted: string): string {
    const base = /^[A-Za-z][A-Za-z0-9_]*$/.test(wanted) ? wanted : "joined";
    let name = base;
    for (let n = 2; this.#taken.has(name); n++) name = `${base}_${n}`;
    this.#taken.add(name);
    return name;
  }

  /** Returns the path of a value, if it is stored. */
  path(value: Expression): string | undefined {
    const known = this.#computed.find((each) => isDeepStrictEqual(each.value, value));
    if (known) return known.path;
    return value.kind === "column" ? this.#paths.get(value.source)?.(value.column) : undefined;
  }

  column({ source, column }: ColumnRef): string {
    return this.path({ kind: "column", source, column })!;
  }

  /** Writes the expression for a value. */
  value(value: Expression): Json {
    const path = this.path(value);
    if (path !== undefined) return `$${path}`;
    switch (value.kind) {
      case "part":
        return parts[value.unit](`$${this.column(value.of)}`);
      case "period":
        return periods[value.unit](`$${this.column(value.of)}`);
      case "arithmetic":
        return arithmetic(value.op, this.#operand(value.left), this.#operand(value.right));
      case "column":
      case "aggregate":
        throw new Error(`The documents have no ${JSON.stringify(value)}.`);
    }
  }

  nullable(value: Expression): boolean {
    return this.scope.typeOf(value)?.nullable !== false;
  }

  #operand(operand: ColumnRef | number): Json {
    return typeof operand === "number" ? operand : `$${this.column(operand)}`;
  }
}
