import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { parse, planFrom } from "@chatdb/question-engine/parse.ts";
import { queryPlan, type QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { problemsOf } from "../../../../services/chatdb/question-engine/plan/validate.ts";
import { Refusal } from "@chatdb/question-engine/refusal.ts";
import { expect } from "chai";
import fc from "fast-check";
import type { TestShop } from "../support/shop.ts";
import { Chance } from "./compile/chance.ts";
import { makePlan } from "./compile/random-plan.ts";
import { makeTables, schemaOf } from "./compile/random-schema.ts";
import { aggregate, column, join, plan, ref } from "./plan/shop-plans.ts";
import { withShop } from "./with-database.ts";

const now = new Date("2025-06-30T00:00:00Z");

const whole = [
  "and in France?",
  "only shipped ones",
  "but not in Berlin",
  "in all countries",
  "in 2024",
  "and last month?",
  "over 100",
  "only those with more than 3",
  "those without orders",
  "with orders",
  "also in Spain",
  "sort by name",
  "the other way round",
  "newest first",
  "descending",
  "cheapest first",
  "top 5",
  "only the first",
  "show all",
  "bottom 3",
  "how many?",
  "how many of them are in Germany?",
  "who are they?",
  "and their emails",
  "with the price",
  "just the names",
  "show their categories too",
  "per country",
  "by month",
  "by status and country",
  "for each customer",
  "and the average?",
  "sum instead",
  "and the average price?",
  "number of orders",
  "and the orders?",
  "products",
  "no filters",
  "regardless of the status",
  "of all time",
  "why?",
  "and now?",
];
const words =
  "and or but not only also what about how many of them those in for per by all the sort top first more than over under between 3 100 2024 Germany shipped Toys customers orders products names price status city average total without instead too newest ? , 'x'".split(
    " ",
  );

const followUp = fc.oneof(
  fc.constantFrom(...whole),
  fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 7 }).map((said) => said.join(" ")),
  fc.string({ maxLength: 60, unit: "binary" }),
);

const firsts = [
  plan("customers", ["customers.name", "customers.city"], {
    where: [{ kind: "column", column: ref("customers.country"), op: "=", value: "Germany" }],
  }),
  plan("orders", ["orders.status", aggregate("count")], { groupBy: [column("orders.status")] }),
  plan("products", [aggregate("avg", [column("products.price")])]),
  plan("orders", ["customers.name", aggregate("count")], {
    joins: [join("customers", "id", "orders.customer_id")],
    groupBy: [column("customers.id"), column("customers.name")],
    orderBy: [{ value: aggregate("count"), direction: "desc" }],
    limit: 5,
  }),
];

describe("any follow-up of any plan", () => {
  let shop: TestShop;
  let index: SchemaIndex;
  withShop((started, ofShop) => void ([shop, index] = [started, ofShop]));

  /** The next plan, or undefined for a refusal; anything else is an error. */
  const next = (question: string, follows: QueryPlan, schema: SchemaIndex) => {
    try {
      const parsed = parse(question, schema, now, follows);
      expect(queryPlan.parse(parsed.plan)).to.deep.equal(parsed.plan);
      expect(problemsOf(parsed.plan, schema.schema)).to.deep.equal([]);
      return parsed;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      for (const { plan } of error.alternatives) planFrom(plan, schema);
      return undefined;
    }
  };

  it("is a plan that fits the schema, or a refusal", () => {
    let [runs, answered] = [0, 0];
    fc.assert(
      fc.property(fc.gen(), fc.array(followUp, { minLength: 8, maxLength: 8 }), (g, questions) => {
        runs++;
        const chance = new Chance(g);
        const tables = makeTables(chance);
        const schema = new SchemaIndex(
          schemaOf(tables, chance.pick(["postgresql", "mysql", "mongodb"] as const), "shop"),
        );
        let latest = queryPlan.parse(makePlan(chance, tables, "shop"));
        const named = [
          ...questions,
          ...tables.flatMap(({ name, columns }) => [
            `and the ${name}?`,
            `sort by ${columns[1]!.name}`,
            `per ${columns[2]!.name}`,
            `only those with ${columns[2]!.name} over 3`,
          ]),
        ];
        for (const question of named) {
          const parsed = next(question, latest, schema);
          if (parsed) answered++;
          latest = parsed?.plan ?? latest;
        }
      }),
      { numRuns: 50 },
    );
    expect(answered, `of ${runs} runs`).to.be.greaterThan((runs * 2) / 3);
  });

  it("runs", async () => {
    let [runs, answered] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...firsts),
        fc.array(followUp, { minLength: 1, maxLength: 6 }),
        async (first, questions) => {
          runs++;
          let latest = first;
          for (const question of questions) {
            const parsed = next(question, latest, index);
            if (!parsed || !("sql" in parsed.statement)) continue;
            answered++;
            latest = parsed.plan;
            await shop.run(`SELECT * FROM (${parsed.statement.sql}) AS answer LIMIT 1`, parsed.statement.params);
          }
        },
      ),
      { numRuns: 200 },
    );
    expect(answered, `of ${runs} runs`).to.be.greaterThan(runs / 2);
  });

  describe("a plan from elsewhere", () => {
    const good = {
      from: { as: "customers", schema: "public", table: "customers" },
      joins: [],
      select: [{ value: { kind: "column", source: "customers", column: "name" }, as: "name" }],
      distinct: false,
      where: [],
      groupBy: [],
      having: [],
      orderBy: [],
    };
    const name = fc.constantFrom(
      "__proto__",
      "constructor",
      "prototype",
      "toString",
      "hasOwnProperty",
      "",
      "customers",
      "\0",
      "orders; DROP TABLE orders",
      "'",
      "$where",
    );
    const hostile: Record<string, unknown> = {
      nothing: {},
      "of wrong types": { ...good, joins: "none" },
      "of an unknown table": { ...good, from: { ...good.from, table: "secrets" } },
      "of an unknown column": {
        ...good,
        orderBy: [{ value: { kind: "column", source: "customers", column: "password" }, direction: "asc" }],
      },
      "of a prototype's names": JSON.parse(JSON.stringify(good).replaceAll("customers", "__proto__")) as unknown,
      "of a constructor's names": JSON.parse(JSON.stringify(good).replaceAll("customers", "constructor")) as unknown,
      "that nests twice": { ...good, from: { as: "x", query: { ...good, from: { as: "y", query: good } } } },
      "that is huge": {
        ...good,
        where: Array.from({ length: 20_000 }, () => ({
          kind: "column",
          column: { source: "customers", column: "nothing" },
          op: "=",
          value: 1,
        })),
      },
      "with a limit of nothing": { ...good, limit: 0 },
    };
    for (const [what, plan] of Object.entries(hostile)) {
      it(`${what} is refused, with what is wrong`, () => {
        expect(() => planFrom(plan, index))
          .to.throw(Refusal)
          .with.property("message")
          .that.matches(/^The plan does not fit shop: .{10,}/)
          .and.has.lengthOf.below(4000);
      });
    }

    it("is checked whatever it is", () => {
      fc.assert(
        fc.property(
          fc.oneof(
            fc.jsonValue(),
            fc.record({
              ...Object.fromEntries(
                Object.keys(good).map((key) => [
                  key,
                  fc.oneof(fc.constant(good[key as keyof typeof good]), fc.jsonValue(), name),
                ]),
              ),
            }),
          ),
          (given) => {
            try {
              expect(problemsOf(planFrom(given, index), index.schema)).to.deep.equal([]);
            } catch (error) {
              if (!(error instanceof Refusal)) throw error;
            }
          },
        ),
      );
    });

    it("goes on as it is written, names of prototypes included", () => {
      const plan = planFrom(
        JSON.parse(
          JSON.stringify(good)
            .replaceAll('"as":"customers"', '"as":"__proto__"')
            .replaceAll('"source":"customers"', '"source":"__proto__"'),
        ),
        index,
      );
      const parsed = next("only those in Germany", plan, index);
      expect(parsed?.plan.where).to.deep.equal([
        { kind: "column", column: { source: "__proto__", column: "country" }, op: "=", value: "Germany" },
      ]);
    });
  });
});
