import type { Column, DatabaseSchema } from "@chatdb/contracts/query.ts";
import { queryPlan, type QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { problemsOf } from "../../../../../services/chatdb/question-engine/plan/validate.ts";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "chai";
import { z } from "zod";
import { aggregate, column, join, plan, query, ref, table } from "./shop-plans.ts";

const columns = (types: Record<string, string>): Column[] =>
  Object.entries(types).map(([name, type]) => ({ name, type, nullable: name !== "id" }));

const schema: DatabaseSchema = {
  datasource: "shop",
  dialect: "postgresql",
  at: "2024-01-01T00:00:00Z",
  tables: [
    {
      schema: "public",
      name: "orders",
      kind: "table",
      primaryKey: ["id"],
      foreignKeys: [],
      columns: columns({
        id: "integer",
        customer_id: "integer",
        total: "numeric(10,2)",
        note: "text",
        at: "date",
        paid: "boolean",
        key: "uuid",
        data: "json",
      }),
    },
    {
      schema: "public",
      name: "customers",
      kind: "table",
      primaryKey: ["id"],
      foreignKeys: [],
      columns: columns({ id: "integer", name: "text", born: "date" }),
    },
  ],
};

const is = (name: string, value: string | number | boolean, op: "=" | "<" = "=") => ({
  kind: "column" as const,
  column: ref(name),
  op,
  value,
});
const total = aggregate("sum", [column("orders.total")]);
const year = { kind: "part" as const, unit: "year" as const, of: ref("orders.at") };

const sound: [string, QueryPlan][] = [
  [
    "days and instants",
    plan("orders", ["orders.id"], {
      where: [is("orders.at", "2024-02-29"), is("orders.at", "2024-05-31T10:30:00+02:00", "<")],
    }),
  ],
  ["a part of a grouped column", plan("orders", [year, total], { groupBy: [column("orders.at")] })],
  ["a grouped value", plan("orders", [year, total], { groupBy: [year], orderBy: [{ value: year, direction: "asc" }] })],
  [
    "an inner source with the name of an outer one",
    plan("orders", ["orders.id"], {
      where: [
        {
          kind: "measured",
          column: ref("orders.total"),
          op: ">",
          query: query("orders", [aggregate("avg", [column("orders.total")])]),
        },
      ],
    }),
  ],
  [
    "columns of an inner query",
    plan(
      {
        as: "sums",
        query: query("orders", [column("orders.customer_id"), total], { groupBy: [column("orders.customer_id")] }),
      },
      [aggregate("avg", [column("sums.b")])],
    ),
  ],
];

const unsound: [RegExp, QueryPlan][] = [
  [/there is no table public\.items; there are public\.orders, public\.customers$/m, plan("items", ["items.id"])],
  [
    /there is no column orders\.price; orders has id, customer_id, total, note, at, paid, key, data$/,
    plan("orders", ["orders.price"]),
  ],
  [
    /there is no column customers\.id; the query here has orders$/,
    plan("orders", ["orders.id"], { where: [is("customers.id", 1)] }),
  ],
  [
    /there is no column customers\.id/,
    plan("orders", ["orders.id"], {
      joins: [{ ...table("customers"), on: [{ left: ref("customers.id"), right: "id" }] }],
    }),
  ],
  [/orders stands for two sources/, plan("orders", ["orders.id"], { joins: [join("orders", "id", "orders.id")] })],
  [
    /customer_id and customers\.name cannot be compared: they are integer and text/,
    plan("orders", ["orders.id"], { joins: [join("customers", "name", "orders.customer_id")] }),
  ],
  [
    /total is numeric\(10,2\) and cannot be compared with "ten"/,
    plan("orders", ["orders.id"], { where: [is("orders.total", "ten")] }),
  ],
  [
    /cannot be compared with "2024-02-30": a day is written/,
    plan("orders", ["orders.id"], { where: [is("orders.at", "2024-02-30")] }),
  ],
  [
    /paid is boolean and cannot be compared by "<"/,
    plan("orders", ["orders.id"], { where: [is("orders.paid", true, "<")] }),
  ],
  [/key is uuid and cannot be compared with "1"/, plan("orders", ["orders.id"], { where: [is("orders.key", "1")] })],
  [/no text has a NUL character/, plan("orders", ["orders.id"], { where: [is("orders.note", "a\0")] })],
  [
    /total is numeric\(10,2\) and cannot be compared by "contains"/,
    plan("orders", ["orders.id"], {
      where: [{ kind: "column", column: ref("orders.total"), op: "contains", value: "1" }],
    }),
  ],
  [/part takes a time, and note is text/, plan("orders", [{ ...year, of: ref("orders.note") }])],
  [
    /arithmetic takes a number, and note is text/,
    plan("orders", [{ kind: "arithmetic", op: "+", left: ref("orders.note"), right: 1 }]),
  ],
  [/sum takes a number, not orders\.note/, plan("orders", [aggregate("sum", [column("orders.note")])])],
  [/sum takes one value/, plan("orders", [aggregate("sum", [])])],
  [/max takes a number, a text or a time, not boolean/, plan("orders", [aggregate("max", [column("orders.paid")])])],
  [/orders\.note is neither grouped by nor aggregated/, plan("orders", ["orders.note", total])],
  [
    /a condition on groups takes a number, not orders\.note/,
    plan("orders", [total], { having: [{ value: aggregate("max", [column("orders.note")]), op: ">", than: 1 }] }),
  ],
  [
    /two columns of the result have the same name: id, ID/,
    plan("orders", [], {
      select: [
        { value: column("orders.id"), as: "id" },
        { value: column("orders.note"), as: "ID" },
      ],
    }),
  ],
  [
    /an order of distinct rows is by what is selected/,
    plan("orders", ["orders.note"], { distinct: true, orderBy: [{ value: column("orders.id"), direction: "asc" }] }),
  ],
  [/rows cannot be told apart by data: it is json/, plan("orders", ["orders.data"], { distinct: true })],
  [
    /the joins of related rows cannot be optional/,
    plan("orders", ["orders.id"], {
      where: [
        {
          kind: "related",
          joins: [join("customers", "id", "orders.customer_id", { optional: true })],
          where: [],
          count: { op: ">=", value: 1 },
        },
      ],
    }),
  ],
  [
    /orders\.note and customers\.born cannot be compared/,
    plan("customers", ["customers.id"], {
      where: [
        {
          kind: "related",
          joins: [join("orders", "customer_id", "customers.id")],
          where: [],
          against: [{ inner: ref("orders.note"), op: ">", outer: ref("customers.born") }],
          count: { op: "=", value: 0 },
        },
      ],
    }),
  ],
  [
    /there is no column orders\.note/,
    plan("orders", ["orders.id"], {
      where: [
        {
          kind: "related",
          joins: [join("customers", "id", "orders.customer_id")],
          where: [is("orders.note", "x")],
          count: { op: ">=", value: 1 },
        },
      ],
    }),
  ],
  [
    /a query that may have several rows: aggregate it without groups, or limit it to 1/,
    plan("orders", ["orders.id"], {
      where: [{ kind: "measured", column: ref("orders.total"), op: ">", query: query("orders", ["orders.total"]) }],
    }),
  ],
  [
    /a query of 2 columns: select one/,
    plan("orders", ["orders.id"], {
      where: [
        { kind: "member", column: ref("orders.id"), op: "in", query: query("orders", ["orders.id", "orders.note"]) },
      ],
    }),
  ],
  [
    /orders\.id and name cannot be compared: they are integer and text/,
    plan("orders", ["orders.id"], {
      where: [{ kind: "member", column: ref("orders.id"), op: "in", query: query("customers", ["customers.name"]) }],
    }),
  ],
  [
    /the queries of union have 1 and 2 columns/,
    plan("orders", ["orders.id"], {
      combine: [{ op: "union", query: query("customers", ["customers.id", "customers.name"]) }],
    }),
  ],
  [
    /column 1 of the queries of except cannot be compared: they are text and date/,
    plan("orders", ["orders.note"], { combine: [{ op: "except", query: query("customers", ["customers.born"]) }] }),
  ],
  [
    /an order of combined rows is by what is selected/,
    plan("orders", ["orders.id"], {
      combine: [{ op: "union", query: query("customers", ["customers.id"]) }],
      orderBy: [{ value: column("orders.note"), direction: "asc" }],
    }),
  ],
];

describe("plan validator", () => {
  for (const [what, value] of sound)
    it(`accepts ${what}`, () => expect(problemsOf(queryPlan.parse(value), schema)).to.deep.equal([]));

  for (const [problem, value] of unsound)
    it(`reports that ${problem.source}`, () => expect(problemsOf(value, schema).join("\n")).to.match(problem));

  it("reports every problem once", () => {
    const value = plan("orders", ["orders.price", "orders.note"], {
      where: [is("orders.price", 1), is("orders.total", "ten")],
      groupBy: [column("orders.price")],
    });
    expect(problemsOf(value, schema)).to.have.length(3);
  });

  it("rejects fields that MongoDB cannot address", () => {
    const fields = columns({ _id: "objectId", $where: "string", "address.city": "string" });
    const mongodb: DatabaseSchema = {
      ...schema,
      dialect: "mongodb",
      tables: [
        { schema: "public", name: "people", kind: "table", primaryKey: ["_id"], foreignKeys: [], columns: fields },
      ],
    };
    expect(
      problemsOf(
        plan("people", [], {
          select: [{ value: { kind: "column", source: "people", column: "address.city" }, as: "city" }],
        }),
        mongodb,
      ),
    ).to.deep.equal([]);
    expect(problemsOf(plan("people", ["people.$where"]), mongodb)).to.deep.equal([
      "there is no column people.$where; people has _id, address.city",
    ]);
    expect(problemsOf(plan("people", ["people._id"], { where: [is("people._id", "me")] }), mongodb)).to.deep.equal([
      '_id is objectId and cannot be compared with "me"',
    ]);
  });
});

describe("plan schema", () => {
  it("converts to a JSON schema that is small enough for a language model's prompt", () => {
    const json = z.toJSONSchema(queryPlan, { reused: "ref" });
    expect(JSON.stringify(json).length).to.be.lessThan(12_000);
    const isPlan = new Ajv2020({ strict: false }).compile(json);
    for (const [, value] of sound) expect(isPlan(value), JSON.stringify(isPlan.errors)).to.be.true;
    expect(isPlan({ ...sound[0]![1], limit: 0 })).to.be.false;
  });
});
