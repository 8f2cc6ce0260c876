import { isDeepStrictEqual } from "node:util";
import type { Answer } from "@chatdb/contracts/answer.ts";
import type { DatabaseSchema, ParseResponse, QueryResult, Statement, Table } from "@chatdb/contracts/query.ts";
import type { Gateway } from "../gateway.ts";
import { expect, type ScenarioDefinition } from "../scenario.ts";

const [submit, parse, execute, answer] = [
  "Submit natural language query",
  "Parse query to SQL",
  "Execute against database",
  "Return formatted results",
] as const;

interface Question {
  text: string;
  /** A query of this test that gives the right answer, one number. */
  control: Statement;
}

/**
 * Chooses a question for the data source: about customers by country if it has them, otherwise about its first table.
 */
function questionFor({ datasource, dialect, tables }: DatabaseSchema): Question {
  const customers = tables.find(
    ({ name, columns }) => name === "customers" && columns.some((column) => column.name === "country"),
  );
  if (customers)
    return {
      text: "how many customers are there in Germany?",
      control: count(dialect, customers, ["country", "Germany"]),
    };
  const first = tables.find(({ kind }) => kind === "table");
  expect(first !== undefined, `the data source ${datasource} has no table to ask about`);
  return { text: `how many ${first.name.replaceAll("_", " ")} are there?`, control: count(dialect, first) };
}

/** Counts the rows of a table, or those with a value in a column. */
function count(
  dialect: DatabaseSchema["dialect"],
  { schema, name }: Table,
  where?: [column: string, value: string],
): Statement {
  if (dialect === "mongodb") {
    const match = where ? { [where[0]]: where[1] } : {};
    return {
      collection: name,
      pipeline: [{ $match: match }, { $group: { _id: null, count: { $sum: 1 } } }, { $project: { _id: 0, count: 1 } }],
    };
  }
  const quote = dialect === "mysql" ? "`" : '"';
  const quoted = (identifier: string) => `${quote}${identifier.replaceAll(quote, quote + quote)}${quote}`;
  const condition = where ? ` WHERE ${quoted(where[0])} = ${dialect === "mysql" ? "?" : "$1"}` : "";
  return { sql: `SELECT count(*) FROM ${quoted(schema)}.${quoted(name)}${condition}`, params: where ? [where[1]] : [] };
}

/** "End-to-End Query Processing": a question in plain English gives the right rows, at once and step by step. */
export function queryProcessing(gateway: Gateway): ScenarioDefinition {
  return {
    name: "End-to-End Query Processing",
    steps: [submit, parse, execute, answer],
    async run(step) {
      let datasource = "";
      let question: Question;
      let answered: Answer;
      let parsed: ParseResponse;
      let executed: QueryResult;

      await step(submit, async () => {
        const sources = await gateway.dataSources();
        const names = sources.map(({ name }) => name);
        expect(names.length > 0, "no data source is configured");
        datasource = names.includes("shop") ? "shop" : names[0]!;
        question = questionFor(await gateway.schema(datasource));
        answered = await gateway.ask(question.text, datasource);
        return { datasource, question: question.text, took_ms: answered.took_ms };
      });
      await step(parse, async () => {
        parsed = await gateway.parse(question.text, datasource);
        const same = isDeepStrictEqual(parsed.statement, answered.statement);
        expect(same, "the same question was understood in two ways", {
          parse: parsed.statement,
          query: answered.statement,
        });
        return { reading: parsed.reading, statement: parsed.statement };
      });
      await step(execute, async () => {
        executed = await gateway.execute(datasource, parsed.statement);
        const control = (await gateway.execute(datasource, question.control)).rows[0]?.[0] ?? null;
        const value = executed.rows[0]?.[0] ?? null;
        expect(executed.rowCount === 1 && value === control, "the query gives a wrong answer", {
          value,
          right: control,
          statement: parsed.statement,
        });
        return { value, control: question.control, took_ms: executed.took_ms };
      });
      await step(answer, () => {
        const { columns, rows, row_count } = answered;
        expect(
          rows.every((row) => row.length === columns.length) && row_count === rows.length,
          "rows and columns do not fit together",
          { columns, rows },
        );
        expect(JSON.stringify(rows) === JSON.stringify(executed.rows), "the answer's rows are not those of its query", {
          rows,
          executed: executed.rows,
        });
        return Promise.resolve({ columns, rows, reading: answered.reading });
      });
    },
  };
}
