import { pipelineStatement, type Column, type DatabaseSchema, type Dialect } from "@chatdb/contracts/query.ts";
import { checkPipeline } from "@chatdb/db-connector/mongodb/pipeline-check.ts";
import { statementOf } from "@chatdb/question-engine/compile/statement.ts";
import { queryPlan, type QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { problemsOf } from "../../../../../services/chatdb/question-engine/plan/validate.ts";
import { expect } from "chai";
import { aggregate, column, join, plan, query, ref } from "../plan/shop-plans.ts";

const columns = (types: Record<string, string>): Column[] =>
  Object.entries(types).map(([name, type]) => ({ name, type, nullable: name.endsWith("?") }));

function schemaOf(dialect: Dialect): DatabaseSchema {
  const [text, time, number] = {
    postgresql: ["text", "timestamp with time zone", "integer"],
    mysql: ["varchar(50)", "datetime", "int unsigned"],
    mongodb: ["string", "date", "int"],
  }[dialect] as [string, string, string];
  const tables = [
    { name: "orders", columns: columns({ id: number, customer_id: number, total: number, "note?": text, at: time }) },
    {
      name: "customers",
      columns: columns({
        id: number,
        name: text,
        "address.city": text,
        ...(dialect === "mongodb" ? { _id: "objectId" } : {}),
      }),
    },
  ];
  return {
    datasource: "shop",
    dialect,
    at: "2024-01-01T00:00:00Z",
    tables: tables.map((each) => ({ ...each, schema: "public", kind: "table", primaryKey: ["id"], foreignKeys: [] })),
  };
}

function compiled(dialect: Dialect, value: QueryPlan) {
  const parsed = queryPlan.parse(value);
  expect(problemsOf(parsed, schemaOf(dialect))).to.deep.equal([]);
  return statementOf(parsed, schemaOf(dialect));
}

const customers = [join("customers", "id", "orders.customer_id")];
const ofAnna = { kind: "column" as const, column: ref("customers.name"), op: "=" as const, value: "Anna" };
const week = { kind: "period" as const, unit: "week" as const, of: ref("orders.at") };

describe("compiling a plan", () => {
  const top = plan("orders", ["customers.name", aggregate("sum", [column("orders.total")])], {
    joins: customers,
    where: [{ kind: "column", column: ref("orders.at"), op: ">=", value: "2024-05-01" }],
    groupBy: [column("customers.id"), column("customers.name")],
    orderBy: [{ value: aggregate("sum", [column("orders.total")]), direction: "desc" }],
    limit: 5,
  });

  it("writes SQL for PostgreSQL", () => {
    expect(compiled("postgresql", top)).to.deep.equal({
      sql: [
        'SELECT "customers"."name", sum("orders"."total") AS "b"',
        'FROM "public"."orders"',
        'JOIN "public"."customers" ON "customers"."id" = "orders"."customer_id"',
        'WHERE "orders"."at" >= $1',
        'GROUP BY "customers"."id", "customers"."name"',
        'ORDER BY sum("orders"."total") DESC NULLS LAST',
        "LIMIT $2",
      ].join("\n"),
      params: ["2024-05-01", 5],
    });
  });

  it("writes SQL for MySQL", () => {
    expect(compiled("mysql", top)).to.deep.equal({
      sql: [
        "SELECT `customers`.`name`, sum(`orders`.`total`) AS `b`",
        "FROM `public`.`orders`",
        "JOIN `public`.`customers` ON `customers`.`id` = `orders`.`customer_id`",
        "WHERE `orders`.`at` >= ?",
        "GROUP BY `customers`.`id`, `customers`.`name`",
        "ORDER BY sum(`orders`.`total`) DESC",
        "LIMIT 5",
      ].join("\n"),
      params: ["2024-05-01"],
    });
  });

  it("writes a pipeline for MongoDB with the indexable conditions first", () => {
    expect(compiled("mongodb", top)).to.deep.equal({
      collection: "orders",
      pipeline: [
        { $match: { at: { $gte: { $date: "2024-05-01T00:00:00Z" } } } },
        { $lookup: { from: "customers", localField: "customer_id", foreignField: "id", as: "customers" } },
        { $unwind: "$customers" },
        {
          $group: {
            _id: { k0: { $ifNull: ["$customers.id", null] }, k1: { $ifNull: ["$customers.name", null] } },
            a0: { $sum: "$total" },
            a0_count: { $sum: { $cond: [{ $gt: ["$total", null] }, 1, 0] } },
          },
        },
        { $project: { _id: 0, k0: "$_id.k0", k1: "$_id.k1", a0: { $cond: [{ $gt: ["$a0_count", 0] }, "$a0", null] } } },
        { $sort: { a0: -1 } },
        { $limit: 5 },
        { $project: { _id: 0, name: "$k1", b: "$a0" } },
      ],
    });
  });
});

describe("MySQL compiler", () => {
  const sql = (value: QueryPlan) => (compiled("mysql", value) as { sql: string }).sql;

  it("returns parameters in the order of their placeholders", () => {
    const value = plan("orders", ["orders.id"], {
      joins: customers,
      where: [
        {
          kind: "related",
          joins: [join("customers", "id", "orders.customer_id", { as: "same" })],
          where: [{ ...ofAnna, column: ref("same.name") }],
          count: { op: ">", value: 7 },
        },
        ofAnna,
      ],
      having: [],
      limit: 3,
      offset: 2,
    });
    expect(compiled("mysql", value)).to.have.deep.property("params", ["Anna", 7, "Anna"]);
    expect(sql(value)).to.match(/LIMIT 3 OFFSET 2$/);
    expect(sql({ ...value, limit: undefined })).to.match(/LIMIT 18446744073709551615 OFFSET 2$/);
  });

  it("sorts missing values last, computed keys included", () => {
    expect(
      sql(plan("orders", ["orders.note?"], { orderBy: [{ value: column("orders.note?"), direction: "asc" }] })),
    ).to.match(/ORDER BY `orders`.`note\?` IS NULL, `orders`.`note\?`$/);
    expect(
      sql(plan("orders", ["orders.id"], { orderBy: [{ value: column("orders.id"), direction: "asc" }] })),
    ).to.match(/ORDER BY `orders`.`id`$/);
    const optional = { joins: [join("orders", "customer_id", "customers.id", { optional: true })] };
    expect(
      sql(plan("customers", [week], { ...optional, groupBy: [week], orderBy: [{ value: week, direction: "asc" }] })),
    ).to.match(/ORDER BY min\(date_format\(`orders`.`at`, '%x-W%v'\)\) IS NULL, date_format/);
  });

  it("allows negative differences of unsigned numbers and writes instants in UTC", () => {
    const value = plan(
      "orders",
      [{ kind: "arithmetic", op: "-", left: ref("orders.total"), right: ref("orders.id") }],
      { where: [{ kind: "column", column: ref("orders.at"), op: "<", value: "2024-05-31T10:30:00+02:00" }] },
    );
    expect(sql(value))
      .to.contain("(cast(`orders`.`total` AS signed) - cast(`orders`.`id` AS signed))")
      .and.contain("< cast(? AS datetime(3))");
    expect(compiled("mysql", value)).to.have.deep.property("params", ["2024-05-31 08:30:00.000"]);
  });
});

describe("MongoDB compiler", () => {
  const pipeline = (value: QueryPlan) =>
    (compiled("mongodb", value) as { pipeline: Record<string, unknown>[] }).pipeline;

  it("never lets MongoDB read a text as a path or operator", () => {
    const name = { kind: "column" as const, column: ref("customers.name") };
    const value = plan("customers", ["customers.name"], {
      where: [
        { ...name, op: "=", value: "$$ROOT" },
        { ...name, op: "<", value: "$where", ignoreCase: true },
      ],
    });
    const [match] = pipeline(value);
    expect(match).to.deep.equal({
      $match: {
        $and: [
          { name: { $eq: "$$ROOT" } },
          {
            $expr: {
              $and: [{ $gt: ["$name", null] }, { $lt: [{ $toLower: "$name" }, { $toLower: { $literal: "$where" } }] }],
            },
          },
        ],
      },
    });
    expect(() => checkPipeline(pipelineStatement.parse(compiled("mongodb", value)))).not.to.throw();
  });

  it("reads a dot in a column's name as a path and replaces it in a result's name", () => {
    const city = { kind: "column" as const, source: "customers", column: "address.city" };
    expect(
      pipeline(plan("customers", [city], { where: [{ kind: "column", column: city, op: "contains", value: "a.b" }] })),
    ).to.deep.equal([
      { $match: { "address.city": { $regularExpression: { pattern: "a\\.b", options: "i" } } } },
      { $project: { _id: 0, address_city: "$address.city" } },
    ]);
  });

  it("keeps the order of result columns for any names", () => {
    const names = ["name", "2024", "__proto__", "$sum", "a.b", "a_b"];
    const made = pipeline(
      plan("customers", [], { select: names.map((as) => ({ value: column("customers.name"), as })) }),
    );
    expect(Object.keys(made.at(-1)!["$project"] as object)).to.deep.equal([
      "_id",
      "name",
      "_2024",
      "proto",
      "_sum",
      "a_b",
      "a_b_2",
    ]);
  });

  it("compares object ids as ObjectId values", () => {
    const id = "0123456789abcdef01234567";
    expect(
      pipeline(
        plan("customers", ["customers._id"], {
          where: [{ kind: "column", column: ref("customers._id"), op: "=", value: id }],
        }),
      ),
    ).to.deep.equal([{ $match: { _id: { $eq: { $oid: id } } } }, { $project: { _id: "$_id" } }]);
  });

  it("looks up a plain list by an index", () => {
    const [lookup] = pipeline(
      plan("customers", ["customers.name"], {
        where: [
          { kind: "member", column: ref("customers.id"), op: "not in", query: query("orders", ["orders.customer_id"]) },
        ],
      }),
    );
    expect(lookup)
      .to.have.nested.property("$lookup.pipeline[0].$match.$expr.$and[0].$eq")
      .that.deep.equals(["$customer_id", "$$v0"]);
  });
});
