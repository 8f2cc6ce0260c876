import type { SetSchema, SetTable } from "./question-set.ts";
import { sqlTokens, type SqlToken } from "./sql-tokens.ts";

/** A reference to a column in one SELECT. */
export interface Ref {
  alias: string;
  table: string;
  column: string;
}

export type Literal = string | number;

export interface Comparison {
  ref: Ref;
  op:
    | "="
    | "<>"
    | "<"
    | "<="
    | ">"
    | ">="
    | "like"
    | "not like"
    | "in"
    | "not in"
    | "between"
    | "is null"
    | "is not null";
  values: Literal[];
  /** The function applied to the column, in lower case. */
  fn: string | undefined;
  /** Asks for a value that narrowly misses the condition. */
  missed?: boolean;
}

/**
 * How a query uses a column. A category is a column by which a query groups a single table or selects distinct values.
 */
export type Role =
  | "selected"
  | "compared"
  | "negated"
  | "missing"
  | "counted"
  | "calculated"
  | "extreme"
  | "ordered"
  | "grouped"
  | "category"
  | "joined";

/** One SELECT of a query: its sources and what it requires of their columns. */
export interface Scope {
  /** The tables by alias, in lower case. */
  sources: Map<string, SetTable>;
  /** The conditions of WHERE, split at each OR. */
  conditions: Comparison[][];
  having: Comparison[];
  /** Pairs of columns that joins compare. */
  equal: [Ref, Ref][];
  /** Related SELECTs: nested in IN, or on the other side of a set operation. */
  linked: Link[];
  /** The minimum number of rows in a group, from HAVING. */
  groupSize: number;
  mentions: { ref: Ref; role: Role }[];
  selected: Ref[];
}

export interface Link {
  scope: Scope;
  /** Pairs of a column of this SELECT and one of the linked one. */
  equal: [Ref, Ref][];
  /** Whether the rows must match; false for NOT IN, UNION and EXCEPT. */
  needed: boolean;
}

type Part = SqlToken | { kind: "query"; scopes: Scope[] };
type Clause = "select" | "from" | "where" | "group" | "having" | "order" | "limit";

const clauses = new Set<string>(["select", "from", "where", "group", "having", "order", "limit"] satisfies Clause[]);
const setOperators = new Set(["union", "intersect", "except"]);
const aggregates: Record<string, Role> = {
  count: "counted",
  sum: "calculated",
  avg: "calculated",
  min: "extreme",
  max: "extreme",
};
const notAliases = new Set([
  "on",
  "join",
  "left",
  "inner",
  "outer",
  "cross",
  "natural",
  "where",
  "group",
  "order",
  "limit",
  "having",
  "as",
]);

/**
 * Extracts from a query what is needed to generate rows that it finds. It is no full SQL parser and skips what it does
 * not know.
 */
export function scopesOf(sql: string, schema: SetSchema): Scope[] {
  return new Reader(sqlTokens(sql), schema).all;
}

class Reader {
  readonly all: Scope[] = [];
  readonly #tokens: SqlToken[];
  readonly #tables: Map<string, SetTable>;
  #at = 0;
  /** The set operator that ended the last SELECT. */
  #operator: string | undefined;

  constructor(tokens: SqlToken[], schema: SetSchema) {
    this.#tokens = tokens;
    this.#tables = new Map(schema.tables.map((table) => [table.name.toLowerCase(), table]));
    this.#query([]);
  }

  /** Reads the SELECTs up to the closing parenthesis, separated by set operators. */
  #query(outer: readonly Scope[]): Scope[] {
    const scopes: Scope[] = [];
    const operators: string[] = [];
    do {
      scopes.push(this.#select(outer));
      operators.push(this.#operator ?? "");
    } while (this.#operator);
    const [first] = scopes;
    scopes.slice(1).forEach((scope, index) => {
      const equal = first!.selected.flatMap((ref, column): [Ref, Ref][] =>
        scope.selected[column] ? [[ref, scope.selected[column]]] : [],
      );
      first!.linked.push({ scope, equal, needed: operators[index] === "intersect" });
    });
    return scopes;
  }

  #select(outer: readonly Scope[]): Scope {
    const scope: Scope = {
      sources: new Map(),
      conditions: [],
      having: [],
      equal: [],
      linked: [],
      groupSize: 0,
      mentions: [],
      selected: [],
    };
    const parts = new Map<Clause, Part[]>();
    let clause: Clause = "select";
    let depth = 0;
    const start = this.#at;
    let operator: string | undefined;
    // The sources are read first, because selected columns come before FROM.
    this.#skim(scope);
    this.#at = start;
    for (; this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at]!;
      if (token.kind === "mark" && token.text === ")" && depth === 0) break;
      if (depth === 0 && setOperators.has(token.word)) {
        this.#at += this.#tokens[this.#at + 1]?.word === "all" ? 2 : 1;
        operator = token.word;
        break;
      }
      if (token.kind === "word" && depth === 0 && clauses.has(token.word)) {
        clause = token.word as Clause;
        continue;
      }
      const into = parts.get(clause) ?? [];
      parts.set(clause, into);
      if (token.text === "(" && this.#tokens[this.#at + 1]?.word === "select") {
        this.#at++;
        into.push({ kind: "query", scopes: this.#query([scope, ...outer]) });
        continue;
      }
      if (token.kind === "mark") depth += token.text === "(" ? 1 : token.text === ")" ? -1 : 0;
      into.push(token);
    }
    for (const [name, list] of parts) new ClauseReader(scope, outer, name, list).read();
    this.all.push(scope);
    this.#operator = operator;
    return scope;
  }

  /** Finds the sources of the SELECT that starts here. */
  #skim(scope: Scope): void {
    let depth = 0;
    let inFrom = false;
    for (let at = this.#at; at < this.#tokens.length; at++) {
      const token = this.#tokens[at]!;
      if (token.kind === "mark") depth += token.text === "(" ? 1 : token.text === ")" ? -1 : 0;
      if (depth < 0 || (depth === 0 && setOperators.has(token.word))) return;
      if (depth > 0 || token.kind === "string") continue;
      if (clauses.has(token.word)) inFrom = token.word === "from";
      const table = this.#tables.get(token.word);
      const before = this.#tokens[at - 1];
      if (!inFrom || !table || !before || !["from", "join", ","].includes(before.word)) continue;
      const next = this.#tokens[at + 1];
      const alias = next?.word === "as" ? this.#tokens[at + 2] : next;
      const named =
        alias?.kind === "word" &&
        !notAliases.has(alias.word) &&
        !clauses.has(alias.word) &&
        !setOperators.has(alias.word);
      scope.sources.set(named ? alias.word : token.word, table);
    }
  }
}

class ClauseReader {
  readonly #scope: Scope;
  readonly #outer: readonly Scope[];
  readonly #clause: Clause;
  readonly #parts: Part[];

  constructor(scope: Scope, outer: readonly Scope[], clause: Clause, parts: Part[]) {
    this.#scope = scope;
    this.#outer = outer;
    this.#clause = clause;
    this.#parts = parts;
  }

  read(): void {
    if (this.#clause === "where") this.#scope.conditions.push([]);
    let fn: string | undefined;
    for (let at = 0; at < this.#parts.length; at++) {
      const word = this.#word(at);
      if (word === "or" && this.#clause === "where") this.#scope.conditions.push([]);
      if (word !== undefined && word in aggregates && this.#text(at + 1) === "(") fn = word;
      if (fn && this.#text(at) === ")") {
        if (fn === "count" && this.#clause === "having") this.#count(at + 1);
        fn = undefined;
      }
      const found = this.#refAt(at);
      if (!found) continue;
      const role = this.#compare(found.ref, found.end + (fn && this.#text(found.end) === ")" ? 1 : 0), fn);
      this.#scope.mentions.push({ ref: found.ref, role: fn ? aggregates[fn]! : role });
      if (this.#repeats(at, role)) this.#scope.mentions.push({ ref: found.ref, role: "category" });
      if (this.#clause === "select" && !fn) this.#scope.selected.push(found.ref);
      at = found.end - 1;
    }
  }

  #repeats(at: number, role: Role): boolean {
    return this.#scope.sources.size === 1 && (role === "grouped" || this.#word(at - 1) === "distinct");
  }

  /** Reads a comparison: the operator and its operand. */
  #compare(ref: Ref, start: number, fn: string | undefined): Role {
    const role: Role = this.#clause === "order" ? "ordered" : this.#clause === "group" ? "grouped" : "selected";
    if (this.#clause === "select" || role !== "selected") return role;
    let at = start;
    const not = this.#word(at) === "not" || this.#word(at + 1) === "not";
    const isNull = this.#word(at) === "is";
    if (this.#word(at) === "not") at++;
    const op = this.#text(at)?.toLowerCase();
    if (isNull) return this.#add({ ref, op: not ? "is not null" : "is null", values: [], fn }, "missing");
    const right = this.#refAt(at + 1)?.ref;
    const nested = this.#parts[at + 1];
    if (right && op === "=") this.#scope.equal.push([ref, right]);
    if (right) return "joined";
    if (nested?.kind === "query") {
      const inner = nested.scopes[0]?.selected[0];
      if (inner && (op === "in" || op === "="))
        this.#scope.linked.push({ scope: nested.scopes[0]!, equal: [[ref, inner]], needed: !not });
      return not || op === "!=" || op === "<>" ? "negated" : "compared";
    }
    const values = this.#literals(at + 1, op === "between" || op === "in");
    if (values.length === 0 || op === undefined) return role;
    const known = op === "!=" ? "<>" : not ? `not ${op}` : op;
    return this.#add(
      { ref, op: known as Comparison["op"], values, fn },
      known === "<>" || not ? "negated" : "compared",
    );
  }

  #count(at: number): void {
    const op = this.#text(at);
    const [bound] = this.#literals(at + 1, false);
    if (typeof bound !== "number" || !op || op.startsWith("<")) return;
    this.#scope.groupSize = op === ">" ? bound + 1 : bound;
  }

  #add(comparison: Comparison, role: Role): Role {
    if (this.#clause === "having" || comparison.fn) this.#scope.having.push(comparison);
    else if (this.#clause === "where") this.#scope.conditions.at(-1)!.push(comparison);
    return role;
  }

  #literals(start: number, several: boolean): Literal[] {
    const values: Literal[] = [];
    for (let at = start; at < this.#parts.length; at++) {
      const part = this.#parts[at]!;
      if (part.kind === "string") values.push(part.text);
      else if (part.kind === "number") values.push(Number(part.text) * (this.#text(at - 1) === "-" ? -1 : 1));
      else if (
        !["-", "(", ","].includes(this.#text(at) ?? "") &&
        !(several && this.#word(at) === "and" && values.length === 1)
      )
        break;
      if (values.length > 0 && !several) break;
    }
    return values;
  }

  /** Reads the column reference at a position. */
  #refAt(at: number): { ref: Ref; end: number } | undefined {
    const first = this.#word(at);
    if (first === undefined) return undefined;
    const qualified = this.#text(at + 1) === ".";
    const name = qualified ? this.#word(at + 2) : first;
    for (const { sources } of [this.#scope, ...this.#outer]) {
      for (const [alias, table] of sources) {
        if (qualified && alias !== first) continue;
        const column = table.columns.find((each) => each.name.toLowerCase() === name);
        if (column) return { ref: { alias, table: table.name, column: column.name }, end: at + (qualified ? 3 : 1) };
      }
    }
    return undefined;
  }

  #word(at: number): string | undefined {
    const part = this.#parts[at];
    return part?.kind === "word" ? part.word : undefined;
  }

  #text(at: number): string | undefined {
    const part = this.#parts[at];
    return part === undefined || part.kind === "query" || part.kind === "string" ? undefined : part.text;
  }
}
