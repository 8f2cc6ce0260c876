import { loadModule, parseSync, SqlError } from "libpg-query";
import type { StatementCheck } from "../driver.ts";
import { notReadOnly, refusal } from "../refusal.ts";
import { cacheChecks } from "../statement-check-cache.ts";
import { allowedFunctions } from "./allowed-functions.ts";

await loadModule();

/**
 * Parses a statement with PostgreSQL's own grammar and accepts a single SELECT made of the node types listed here.
 * Everything else is refused: statements that write, lock, create tables, read the system catalogs, or call a function
 * that may do more than compute.
 */
export const checkPostgresql = cacheChecks((sql: string): StatementCheck => {
  const [first, ...others] = statementsOf(sql);
  if (first === undefined) throw notReadOnly("there is none here");
  if (others.length > 0) throw notReadOnly(`these are ${others.length + 1}`);
  if (!("SelectStmt" in first)) throw notReadOnly(`this is ${nameOf(Object.keys(first)[0]!)}`);
  visit(first);
  return { ordered: "sortClause" in (first["SelectStmt"] as TreeNode) };
});

/** A node of the parse tree: fields by name, or a single entry of type and node. */
type TreeNode = Record<string, unknown>;

function statementsOf(sql: string): TreeNode[] {
  // Parser and server would end the text there.
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

/** The node types that a SELECT may contain; a function checks the node further. */
const allowed: Record<string, true | ((node: TreeNode) => void)> = {
  CommonTableExpr: ({ ctename, ctequery }) => {
    if (!("SelectStmt" in (ctequery as TreeNode)))
      throw notReadOnly(`WITH ${String(ctename)} is ${nameOf(Object.keys(ctequery as TreeNode)[0]!)}`);
  },
  RangeVar: ({ catalogname, schemaname, relname }) => {
    const name = [catalogname, schemaname, relname].filter((part) => typeof part === "string").join(".");
    if (isSystem(schemaname) || (schemaname === undefined && isSystem(relname)))
      throw notReadOnly(`${name} is a table of the system`);
  },
  FuncCall: ({ funcname }) => {
    const names = namesOf(funcname);
    const [name, schema = "pg_catalog", ...more] = names.toReversed();
    if (schema !== "pg_catalog" || more.length > 0 || !allowedFunctions.has(name!))
      throw notReadOnly(`the function ${names.join(".")} is not one of those that only compute`);
  },
  A_Expr: ({ name }) => {
    const names = namesOf(name);
    if (names.length > 1 && names[0] !== "pg_catalog")
      throw notReadOnly(`the operator ${names.join(".")} is not one of the system's`);
  },
  SortBy: ({ useOp }) => {
    if (useOp !== undefined) throw notReadOnly("ORDER BY ... USING names an operator");
  },
  ...Object.fromEntries(
    `A_ArrayExpr A_Const A_Indices A_Indirection A_Star BoolExpr BooleanTest CTECycleClause CTESearchClause CaseExpr CaseWhen CoalesceExpr
     CollateClause ColumnRef Float GroupingFunc GroupingSet Integer Boolean BitString JoinExpr List MinMaxExpr NamedArgExpr NullTest ParamRef
     RangeFunction RangeSubselect ResTarget RowExpr SQLValueFunction SelectStmt String SubLink TypeCast TypeName WindowDef`
      .split(/\s+/)
      .map((type) => [type, true as const]),
  ),
};

/** Fields that let a SELECT write or lock. The arms of a UNION have no node type, so fields are checked everywhere. */
const forbidden: Record<string, string> = {
  intoClause: "SELECT INTO makes a table",
  lockingClause: "a locking clause (FOR UPDATE, FOR SHARE) locks rows",
};

/** Walks the tree: node types begin with a capital, fields do not, and the statement's text occurs only as a value. */
function visit(value: unknown): void {
  if (Array.isArray(value)) {
    for (const each of value) visit(each);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (Object.hasOwn(forbidden, key)) throw notReadOnly(forbidden[key]!);
      if (/^[A-Z]/.test(key)) checkNode(key, inner as TreeNode);
      else visit(inner);
    }
  }
}

function checkNode(type: string, node: TreeNode): void {
  const rule = Object.hasOwn(allowed, type) ? allowed[type]! : undefined;
  if (rule === undefined) throw notReadOnly(`${nameOf(type)} is not allowed`);
  if (rule !== true) rule(node);
  visit(node);
}

const isSystem = (name: unknown) =>
  typeof name === "string" && (name.startsWith("pg_") || name === "information_schema");

const namesOf = (list: unknown) => (list as { String: { sval: string } }[]).map((each) => each.String.sval);

/** Names a node type for people: `VariableSetStmt` becomes "a VARIABLE SET statement". */
function nameOf(type: string): string {
  const words = type
    .replace(/Stmt$/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
  return type.endsWith("Stmt") ? `${/^[AEIOU]/.test(words) ? "an" : "a"} ${words} statement` : words;
}
