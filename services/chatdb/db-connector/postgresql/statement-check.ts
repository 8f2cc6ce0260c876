import { loadModule, parseSync, SqlError } from "libpg-query";
import type { Checked } from "../driver.ts";
import { notReading, refusal } from "../refusal.ts";
import { checkedOnce } from "../statement-check-cache.ts";
import { allowedFunctions } from "./allowed-functions.ts";

await loadModule();

/**
 * Parses a statement with PostgreSQL's own grammar and lets through one SELECT made of what is listed here: what is not known
 * is refused. Nothing is let through that writes, locks, makes tables, looks into the system's catalogs, or calls a function
 * that may do more than compute.
 */
export const checkPostgresql = checkedOnce((sql: string): Checked => {
  const [first, ...others] = statementsOf(sql);
  if (first === undefined) throw notReading("there is none here");
  if (others.length > 0) throw notReading(`these are ${others.length + 1}`);
  if (!("SelectStmt" in first)) throw notReading(`this is ${nameOf(Object.keys(first)[0]!)}`);
  visit(first);
  return { ordered: "sortClause" in (first["SelectStmt"] as TreeNode) };
});

/** A node of the parse tree: its fields, or its type with its fields. */
type TreeNode = Record<string, unknown>;

function statementsOf(sql: string): TreeNode[] {
  // To the parser, and to the server, the text would end there.
  if (sql.includes("\0")) throw refusal("syntax", "The statement has a character of code 0 in it.");
  try {
    return (parseSync(sql) as { stmts: { stmt: TreeNode }[] }).stmts.map(({ stmt }) => stmt);
  } catch (error) {
    if (error instanceof RangeError) throw refusal("syntax", "The statement is nested too deeply.");
    if (!(error instanceof SqlError)) throw error;
    const position = (error.sqlDetails?.cursorPosition ?? 0) + 1;
    throw refusal("syntax", `The statement cannot be read at character ${position}: ${error.message}.`, {
      sqlstate: "42601",
      position,
    });
  }
}

/** What may be in a SELECT, by the type of the node. A function says what more there is to look at. */
const allowed: Record<string, true | ((node: TreeNode) => void)> = {
  CommonTableExpr: ({ ctename, ctequery }) => {
    if (!("SelectStmt" in (ctequery as TreeNode)))
      throw notReading(`WITH ${String(ctename)} is ${nameOf(Object.keys(ctequery as TreeNode)[0]!)}`);
  },
  RangeVar: ({ catalogname, schemaname, relname }) => {
    const name = [catalogname, schemaname, relname].filter((part) => typeof part === "string").join(".");
    if (isSystem(schemaname) || (schemaname === undefined && isSystem(relname)))
      throw notReading(`${name} is a table of the system`);
  },
  FuncCall: ({ funcname }) => {
    const names = namesOf(funcname);
    const [name, schema = "pg_catalog", ...more] = names.toReversed();
    if (schema !== "pg_catalog" || more.length > 0 || !allowedFunctions.has(name!))
      throw notReading(`the function ${names.join(".")} is not one of those that only compute`);
  },
  A_Expr: ({ name }) => {
    const names = namesOf(name);
    if (names.length > 1 && names[0] !== "pg_catalog")
      throw notReading(`the operator ${names.join(".")} is not one of the system's`);
  },
  SortBy: ({ useOp }) => {
    if (useOp !== undefined) throw notReading("ORDER BY ... USING names an operator");
  },
  ...Object.fromEntries(
    `A_ArrayExpr A_Const A_Indices A_Indirection A_Star BoolExpr BooleanTest CTECycleClause CTESearchClause CaseExpr CaseWhen CoalesceExpr
     CollateClause ColumnRef Float GroupingFunc GroupingSet Integer Boolean BitString JoinExpr List MinMaxExpr NamedArgExpr NullTest ParamRef
     RangeFunction RangeSubselect ResTarget RowExpr SQLValueFunction SelectStmt String SubLink TypeCast TypeName WindowDef`
      .split(/\s+/)
      .map((type) => [type, true as const]),
  ),
};

/** Fields of a SELECT that make it more than one; those of the arms of a UNION are told by nothing but their fields. */
const forbidden: Record<string, string> = {
  intoClause: "SELECT INTO makes a table",
  lockingClause: "a locking clause (FOR UPDATE, FOR SHARE) locks rows",
};

/** Types of nodes begin with a capital, fields do not; text of the statement is in values alone. */
function visit(value: unknown): void {
  if (Array.isArray(value)) {
    for (const each of value) visit(each);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (Object.hasOwn(forbidden, key)) throw notReading(forbidden[key]!);
      if (/^[A-Z]/.test(key)) look(key, inner as TreeNode);
      else visit(inner);
    }
  }
}

function look(type: string, node: TreeNode): void {
  const rule = Object.hasOwn(allowed, type) ? allowed[type]! : undefined;
  if (rule === undefined) throw notReading(`${nameOf(type)} is not allowed`);
  if (rule !== true) rule(node);
  visit(node);
}

const isSystem = (name: unknown) =>
  typeof name === "string" && (name.startsWith("pg_") || name === "information_schema");

const namesOf = (list: unknown) => (list as { String: { sval: string } }[]).map((each) => each.String.sval);

/** `VariableSetStmt` as "a VARIABLE SET statement". */
function nameOf(type: string): string {
  const words = type
    .replace(/Stmt$/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
  return type.endsWith("Stmt") ? `${/^[AEIOU]/.test(words) ? "an" : "a"} ${words} statement` : words;
}
