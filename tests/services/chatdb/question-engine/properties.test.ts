import type { DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { expect } from "chai";
import fc from "fast-check";
import type { TestShop } from "../support/shop.ts";
import { sqlOf } from "./sql-of.ts";
import { withShop } from "./with-database.ts";

/** SQL without its quoted names and its placeholders: nothing from a question or a schema may be left in it. */
const skeleton = (sql: string) => sql.replaceAll(/"(?:[^"]|"")*"|\$\d+/g, "_");
const keywords =
  /^(?:SELECT|DISTINCT|FROM|JOIN|ON|AS|WHERE|AND|NOT|EXISTS|IN|IS|NULL|ILIKE|ESCAPE '!'|GROUP BY|HAVING|ORDER BY|DESC NULLS LAST|LIMIT|count|sum|avg|min|max|lower|::text|::numeric|[_.,()=<>*\s])*$/;

/** Milliseconds of the processor for one question of the greatest length: five times what the worst took. */
const patience = 1000;

describe("any question", () => {
  let shop: TestShop;
  let index: SchemaIndex;
  withShop((started, ofShop) => void ([shop, index] = [started, ofShop]));

  /** The SQL, or undefined for a refusal; anything else is an error. */
  const attempt = (question: string, schema = index) => {
    const before = process.cpuUsage();
    try {
      return sqlOf(question, schema);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      expect(error.message).to.match(/^I (did not understand|cannot|am not sure)/);
      return undefined;
    } finally {
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000).to.be.lessThan(patience);
    }
  };

  it("neither fails nor takes long, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 2000, unit: "binary" }), fc.string({ maxLength: 2000 })),
        (question) => void attempt(question),
      ),
    );
    for (const word of ["customers ", "and ", "price ", "in Germany or ", '"', "per ", "1 ", "with no ", "a-"])
      attempt(word.repeat(2000 / word.length));
  });

  it("made of known words in any order is refused or gives SQL that PostgreSQL runs", async () => {
    const words = (
      "how many|number of|average|total|highest|show|the|of|in|with|without|more than|at least|between|and|or|not|per|by|for each|sorted by|descending|top|first|latest|cheapest|most|named|is|contains|" +
      "3|5|20|2024|2024-05-01|customers|orders|products|categories|order items|price|stock|country|city|status|name|quantity|unit price|id|ordered at|Germany|France|Berlin|shipped|pending|Books|'Anna'"
    ).split("|");
    let [runs, answered] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 7 }), async (said) => {
        runs++;
        const parsed = attempt(said.join(" "));
        if (!parsed) return;
        answered++;
        await shop.run(`SELECT * FROM (${parsed.sql}) AS answer LIMIT 1`, parsed.params);
      }),
      { numRuns: 1000 },
    );
    expect(answered, `of ${runs} runs`).to.be.greaterThan(runs / 75);
  });

  it.skip("a word that it does not know is never passed over (defect: it is, where the rest is sure)", () => {
    const questions = [
      "how many customers are there in Germany",
      "top 5 customers by number of orders",
      "total quantity per category sorted by name",
      "orders of customers in Germany with status shipped",
      "customers with more than 2 shipped orders",
      "average price of products with stock over 10",
    ];
    for (const question of questions) {
      expect(attempt(question), question).not.to.equal(undefined);
      const words = question.split(" ");
      for (let at = 0; at <= words.length; at++) {
        const changed = words.toSpliced(at, 0, "zorgle").join(" ");
        expect(attempt(changed)?.sql, changed).to.equal(undefined);
      }
    }
  });

  it("gives the same SQL for every value, since values are parameters", async () => {
    const { sql } = sqlOf('customers named "x"', index);
    const value = fc.string({ minLength: 1, maxLength: 50, unit: "grapheme" }).filter((text) => !/["“”\0]/.test(text));
    await fc.assert(
      fc.asyncProperty(value, async (text) => {
        const parsed = sqlOf(`customers named "${text}"`, index);
        expect(parsed.sql).to.equal(sql);
        expect(parsed.params).to.deep.equal([text]);
        expect(await shop.run(parsed.sql, parsed.params)).to.deep.equal([]);
      }),
      { numRuns: 50 },
    );
  });

  it("searches for text without wildcards", async () => {
    for (const text of ["%", "_", "\\", "100%_\\"]) {
      const { sql, params } = sqlOf(`products with name containing "${text}"`, index);
      expect(await shop.run(sql, params), text).to.deep.equal([]);
    }
  });

  it("quotes the names of the schema, however they are written", async () => {
    const nasty = fc.string({
      minLength: 1,
      maxLength: 12,
      unit: fc.constantFrom('"', "'", ";", "-", "$", " ", "a", "é", "%", "\\", "("),
    });
    const names = fc.uniqueArray(nasty, { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(names, async ([prefix = "", name = "", other = ""]) => {
        // A word that can be said, and around it what cannot.
        const table: Table = {
          schema: `s${prefix}`,
          name: `${prefix} gadget`,
          kind: "table",
          columns: [
            { name: `${name} weight`, type: "integer", nullable: true },
            { name: `${other} colour`, type: "text", nullable: true, samples: ["red"] },
          ],
          primaryKey: [],
          foreignKeys: [],
        };
        const schema: DatabaseSchema = {
          datasource: "nasty",
          dialect: "postgresql",
          tables: [table],
          at: new Date().toISOString(),
        };
        const questions = [
          "gadgets with weight over 3 in red",
          "average weight per colour",
          "how many gadgets",
          "distinct colours of gadgets sorted by colour",
        ];
        const parsed = questions.flatMap((question) => attempt(question, new SchemaIndex(schema)) ?? []);
        for (const { sql } of parsed) expect(skeleton(sql)).to.match(keywords);
        expect(parsed.length).to.be.greaterThan(0);
        const client = await shop.database.pool.connect();
        try {
          const [inSchema, inTable, ...columns] = [
            table.schema,
            table.name,
            ...table.columns.map((column) => column.name),
          ].map((each) => client.escapeIdentifier(each));
          await client.query(
            `BEGIN; CREATE SCHEMA ${inSchema}; CREATE TABLE ${inSchema}.${inTable} (${columns[0]} integer, ${columns[1]} text)`,
          );
          for (const { sql, params } of parsed) await client.query(sql, params);
        } finally {
          await client.query("ROLLBACK");
          client.release();
        }
      }),
      { numRuns: 40 },
    );
  });
});
