import type { DatabaseSchema, ParseResponse, QueryResult } from "@chatdb/contracts/query.ts";
import type { Gateway, QueryAnswer } from "../gateway.ts";
import { expect, type ScenarioDefinition } from "../scenario.ts";

const [submit, parse, execute, answer] = [
  "Submit natural language query",
  "Parse query to SQL",
  "Execute against database",
  "Return formatted results",
] as const;

interface Question {
  text: string;
  /** SQL of our own that gives the right answer, one number. */
  control: string;
}

/** A question that the data source can answer: about customers by country where it has them, otherwise about its first table. */
function questionFor({ datasource, tables }: DatabaseSchema): Question {
  const customers = tables.find(({ name, columns }) => name === "customers" && columns.some((column) => column.name === "country"));
  if (customers) return { text: "how many customers are there in Germany?", control: "SELECT count(*) FROM customers WHERE country = 'Germany'" };
  const first = tables.find(({ kind }) => kind === "table");
  expect(first !== undefined, `the data source ${datasource} has no table to ask about`);
  const quoted = [first.schema, first.name].map((name) => `"${name.replaceAll('"', '""')}"`).join(".");
  return { text: `how many ${first.name.replaceAll("_", " ")} are there?`, control: `SELECT count(*) FROM ${quoted}` };
}

/** "End-to-End Query Processing": a question in plain English comes back with the right rows, also when taken step by step. */
export function queryProcessing(gateway: Gateway): ScenarioDefinition {
  return {
    name: "End-to-End Query Processing",
    steps: [submit, parse, execute, answer],
    async run(step) {
      let datasource = "";
      let question: Question;
      let answered: QueryAnswer;
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
        expect(parsed.sql === answered.sql, "the same question was understood in two ways", { parse: parsed.sql, query: answered.sql });
        return { reading: parsed.reading, sql: parsed.sql, params: parsed.params };
      });
      await step(execute, async () => {
        executed = await gateway.execute(datasource, parsed.sql, parsed.params);
        const control = (await gateway.execute(datasource, question.control)).rows[0]?.[0] ?? null;
        const value = executed.rows[0]?.[0] ?? null;
        expect(executed.rowCount === 1 && value === control, "the SQL gives a wrong answer", { value, right: control, sql: parsed.sql });
        return { value, control_sql: question.control, took_ms: executed.took_ms };
      });
      await step(answer, () => {
        const { columns, rows, row_count } = answered;
        expect(rows.every((row) => row.length === columns.length) && row_count === rows.length, "rows and columns do not fit together", { columns, rows });
        expect(JSON.stringify(rows) === JSON.stringify(executed.rows), "the answer's rows are not those of its SQL", { rows, executed: executed.rows });
        return Promise.resolve({ columns, rows, reading: answered.reading });
      });
    },
  };
}
