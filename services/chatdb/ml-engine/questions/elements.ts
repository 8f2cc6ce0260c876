import type { DatabaseSchema, Statement } from "@chatdb/contracts/query.ts";
import { canonicalJson } from "@chatdb/ml-model/canonical-json.ts";
import type { Meaning } from "@chatdb/question-engine/linking/learned-words.ts";
import type { QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import type { Known } from "./examples.ts";

/** Lists the elements of a query that the question should name: tables, columns and values, each once. */
export function elementsOf(known: Known, schema: DatabaseSchema): Meaning[] {
  const found = known.kind === "statement" ? elementsOfStatement(known.statement, schema) : elementsOfPlan(known.plan);
  return [...new Map(found.map((each) => [canonicalJson(each), each])).values()];
}

/** Maximum number of selected columns that a question is expected to name. */
const maxSelected = 3;

type Node = { [key: string]: unknown };
type Table = { schema: string; table: string };

export function elementsOfPlan(plan: QueryPlan): Meaning[] {
  const tables = new Map<string, Table>();
  const found: Meaning[] = [];
  const column = ({ source, column }: { source: string; column: string }): Extract<Meaning, { kind: "column" }>[] => {
    const table = tables.get(source);
    return table ? [{ kind: "column", ...table, column }] : [];
  };
  const visit = (node: unknown, key?: string): void => {
    if (Array.isArray(node)) return node.forEach((each) => visit(each, key));
    if (typeof node !== "object" || node === null) return;
    const { as, schema, table, kind, op, value, values, source, ...rest } = node as Node;
    if (typeof as === "string" && typeof schema === "string" && typeof table === "string") {
      tables.set(as, { schema, table });
      found.push({ kind: "table", schema, table });
      // Questions do not name join columns.
      return;
    }
    if (typeof source === "string" && typeof rest["column"] === "string")
      found.push(...column({ source, column: rest["column"] }));
    if (kind === "column" && (op === "=" || op === "one of")) {
      const [of] = column(rest["column"] as { source: string; column: string });
      const texts = [value, ...((values as unknown[] | undefined) ?? [])].filter((each) => typeof each === "string");
      if (of) found.push(...texts.map((text): Meaning => ({ ...of, kind: "value", value: text })));
    }
    visit(value);
    // Sources come first, since the rest refers to them.
    for (const first of ["from", "joins"]) if (first in rest) visit(rest[first], first);
    for (const [name, each] of Object.entries(rest)) if (name !== "from" && name !== "joins") visit(each, name);
  };
  visit(plan.select.length > maxSelected ? { ...plan, select: [] } : plan);
  return found;
}

/** Finds elements of SQL by the names and texts in it. */
function elementsOfStatement(statement: Statement, { tables }: DatabaseSchema): Meaning[] {
  const text =
    "sql" in statement
      ? statement.sql
      : `${statement.collection} ${JSON.stringify(statement.pipeline).replaceAll('"', "'").replaceAll("$", " ")}`;
  const names = new Set(
    text
      .toLowerCase()
      .match(/[\p{L}_][\p{L}\p{N}_.]*/gu)
      ?.flatMap((name) => [name, ...name.split(".")]),
  );
  const written = [...text.matchAll(/'((?:[^']|'')*)'/g)].map(([, each]) => each!.replaceAll("''", "'"));
  const texts = new Set<unknown>([...written, ...("sql" in statement ? statement.params.flat() : [])]);
  return tables
    .filter(({ name }) => names.has(name.toLowerCase()))
    .flatMap(({ schema, name: table, columns }): Meaning[] => [
      { kind: "table", schema, table },
      ...columns
        .filter(({ name }) => names.has(name.toLowerCase()))
        .flatMap(({ name, samples = [] }): Meaning[] => [
          { kind: "column", schema, table, column: name },
          ...samples
            .filter((value) => texts.has(value))
            .map((value): Meaning => ({ kind: "value", schema, table, column: name, value })),
        ]),
    ]);
}
