import { scopesOf, type Comparison, type Literal, type Ref, type Role, type Scope } from "./gold-query.ts";
import { withRepeatedKeys } from "./repeated-keys.ts";
import type { SetColumn, SetQuestion, SetSchema } from "./question-set.ts";

/** Column types of the generated databases, in PostgreSQL's names. */
export type ColumnType = "integer" | "bigint" | "numeric" | "text" | "date" | "timestamp" | "boolean";

/** The literals and patterns that a column's values must be able to match. */
export interface ValueDomain {
  type: ColumnType;
  /** The literals of comparisons, each in one spelling. */
  literals: Literal[];
  /** The patterns of LIKE, for text columns only. */
  patterns: string[];
}

export interface ColumnFacts {
  column: SetColumn;
  roles: Set<Role>;
  domain: ValueDomain;
}

export interface SchemaFacts {
  schema: SetSchema;
  scopes: Scope[];
  of: (table: string, column: string) => ColumnFacts;
}

interface Gathered {
  id: string;
  table: string;
  column: SetColumn;
  roles: Set<Role>;
  comparisons: Comparison[];
  /** The union-find parent: another column of the same domain, or the column itself. */
  next: Gathered;
}

const idOf = (table: string, column: string) => `${table}\n${column}`;

/** Collects the facts about all columns of a schema from its gold queries. */
export function factsOf(given: SetSchema, questions: readonly SetQuestion[]): SchemaFacts {
  const schema = withRepeatedKeys(
    given,
    questions.flatMap(({ gold }) => scopesOf(gold, given)),
  );
  const gathered = new Map<string, Gathered>();
  for (const { name, columns } of schema.tables) {
    for (const column of columns) {
      const entry = {
        id: idOf(name, column.name),
        table: name,
        column,
        roles: new Set<Role>(),
        comparisons: [],
      } as unknown as Gathered;
      entry.next = entry;
      gathered.set(entry.id, entry);
    }
  }
  const at = ({ table, column }: Pick<Ref, "table" | "column">) => gathered.get(idOf(table, column))!;
  const scopes = questions.flatMap(({ gold }) => scopesOf(gold, schema));
  for (const scope of scopes) {
    for (const { ref, role } of scope.mentions) at(ref).roles.add(role);
    for (const comparison of [...scope.conditions.flat(), ...scope.having])
      at(comparison.ref).comparisons.push(comparison);
    for (const [left, right] of [scope, ...scope.linked].flatMap(({ equal }) => equal)) join(at(left), at(right));
  }
  for (const { name, foreignKeys } of schema.tables) {
    for (const { columns, table, references } of foreignKeys) {
      columns.forEach((column, index) => join(at({ table: name, column }), at({ table, column: references[index]! })));
    }
  }
  const domains = new Map([...Map.groupBy(gathered.values(), root)].map(([key, members]) => [key, domainOf(members)]));
  const facts = new Map(
    [...gathered.values()].map((each) => [
      each.id,
      { column: each.column, roles: each.roles, domain: domains.get(root(each))! },
    ]),
  );
  return { schema, scopes, of: (table, column) => facts.get(idOf(table, column))! };
}

function root(entry: Gathered): Gathered {
  while (entry.next !== entry) entry = entry.next;
  return entry;
}

function join(left: Gathered, right: Gathered): void {
  root(left).next = root(right);
}

function domainOf(members: readonly Gathered[]): ValueDomain {
  const comparisons = members.flatMap(({ comparisons }) => comparisons);
  const direct = comparisons.filter(({ fn, op }) => fn !== "count" && fn !== "sum" && !op.endsWith("like"));
  const literals = distinct(direct.flatMap(({ values }) => values));
  const patterns = distinct(
    comparisons
      .filter(({ op }) => op.endsWith("like"))
      .flatMap(({ values }) => values)
      .map(String),
  ).map(String);
  const type = typeOf(members, literals, patterns);
  if (type === "text") return { type, literals: literals.map(String), patterns };
  if (type === "date" || type === "timestamp") return { type, literals: literals.map(String), patterns: [] };
  return { type, literals: literals.map(Number).filter(Number.isFinite), patterns: [] };
}

/** Keeps the most frequent spelling of literals that differ only in case. */
function distinct(values: readonly Literal[]): Literal[] {
  const groups = Map.groupBy(values, (value) => String(value).toLowerCase());
  return [...groups.values()].map((group) => {
    const counts = [...Map.groupBy(group, (value) => value)].sort(([, left], [, right]) => right.length - left.length);
    return counts[0]![0];
  });
}

const isoDate = /^\d{4}-\d\d-\d\d$/;
const isoTime = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?$/;
const fractional =
  /price|cost|amount|rate|ratio|percent|score|gpa|latitude|longitude|weight|height|salary|balance|tonnage/i;

/**
 * Derives a column's type from the declared one, unless the gold queries need another. A column compared with words is
 * text; text that is summed, averaged or compared with a bare number is a number; a time is a date or a timestamp if
 * all its literals are.
 */
function typeOf(members: readonly Gathered[], literals: readonly Literal[], patterns: readonly string[]): ColumnType {
  const declared = new Set(members.map(({ column }) => column.declared));
  const isNumber = (value: Literal) => String(value).trim() !== "" && Number.isFinite(Number(value));
  const words = literals.some((value) => !isNumber(value)) || patterns.length > 0;
  const dates = literals.every((value) => isoDate.test(String(value)));
  const times = literals.every((value) => isoDate.test(String(value)) || isoTime.test(String(value)));
  const calculated =
    members.some(({ roles }) => roles.has("calculated")) || literals.some((value) => typeof value === "number");
  if (declared.has("time") && !declared.has("text") && times && patterns.length === 0) {
    const named = members.map(({ column }) => column.name).join(" ");
    if (/year/i.test(named) && literals.length === 0) return "integer";
    return dates && !/time(?!s)|timestamp/i.test(named) ? "date" : "timestamp";
  }
  if (words) return "text";
  if (declared.has("boolean") && !literals.some((value) => typeof value === "string") && !calculatedOnly(members))
    return "boolean";
  if (declared.has("number") && !declared.has("text")) return numberType(members, literals);
  if (calculated) return numberType(members, literals);
  return declared.has("time") && literals.length > 0 ? numberType(members, literals) : "text";
}

const calculatedOnly = (members: readonly Gathered[]) => members.some(({ roles }) => roles.has("calculated"));

function numberType(members: readonly Gathered[], literals: readonly Literal[]): ColumnType {
  const numbers = literals.map(Number);
  if (numbers.some((value) => !Number.isInteger(value))) return "numeric";
  if (numbers.some((value) => Math.abs(value) > 2 ** 31 - 1)) return "bigint";
  const keys = members.length > 1;
  return !keys && numbers.length === 0 && members.some(({ column }) => fractional.test(column.name))
    ? "numeric"
    : "integer";
}
