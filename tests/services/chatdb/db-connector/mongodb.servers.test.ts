import { databaseSchema, queryResult, type DatabaseSchema } from "@chatdb/contracts/query.ts";
import { createService } from "@chatdb/db-connector/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { Decimal128, Double, Int32, Long, ObjectId } from "mongodb";
import { startMongodb, type TestMongodb } from "../../support/mongodb.ts";

const log = createLogger("test", "silent");

const city = (n: number) => (n % 2 ? "Paris" : "Lyon");

async function fill({ db }: TestMongodb): Promise<void> {
  const customers = Array.from({ length: 1200 }, (_, n) => ({
    _id: n + 1,
    name: `name ${n + 1}`,
    address: { city: city(n), zip: n % 7 === 0 ? null : "69000" },
    tags: ["a", "b"],
  }));
  await db.collection<{ _id: number }>("customers").insertMany(customers);
  const orders = Array.from({ length: 300 }, (_, n) => ({
    customer_id: n + 1,
    parentId: 99999 - n,
    total: Decimal128.fromString(`${n}.50`),
    placed: new Date(Date.UTC(2024, 0, 1 + n)),
  }));
  await db.collection("orders").insertMany(orders);
  await db.collection("payments").insertMany([
    { orderId: (await db.collection("orders").findOne())!._id, amount: 1 },
    { orderId: null, amount: 2.5 },
  ]);
  await db.collection<{ _id: number }>("parents").insertOne({ _id: 1 });
}

describe("a MongoDB data source", () => {
  let server: TestMongodb | undefined;
  let app: FastifyInstance;
  before(async function () {
    server = await startMongodb(this);
    await fill(server);
    app = await createService({ dataSources: [server.settings], log, maxBytes: 50_000 });
  });
  after(async () => {
    await app?.close();
    await server?.close();
  });

  const query = (collection: string, pipeline: unknown, more: object = {}) =>
    app.inject({ method: "POST", url: "/datasources/shop/query", payload: { collection, pipeline, ...more } });
  const result = async (collection: string, pipeline: unknown, more: object = {}) => {
    const response = await query(collection, pipeline, more);
    expect(response.statusCode, response.body).to.equal(200);
    return queryResult.parse(response.json());
  };
  const problem = async (collection: string, pipeline: unknown, more: object = {}) =>
    (await query(collection, pipeline, more)).json<{ status: number; detail: string; layer?: string }>();

  it("reports its server's version", async () => {
    const { components } = (await app.inject("/actuator/health")).json<{
      components: { dataSources: { components: { shop: { details: { database: string } } } } };
    }>();
    expect(components.dataSources.components.shop.details.database).to.match(/^MongoDB \d/);
  });

  it("returns a schema of fields with inferred keys and sample values", async () => {
    const schema: DatabaseSchema = databaseSchema.parse((await app.inject("/datasources/shop/schema")).json());
    const table = (name: string) => schema.tables.find((each) => each.name === name)!;
    expect(table("customers")).to.deep.equal({
      schema: "shop",
      name: "customers",
      kind: "table",
      columns: [
        { name: "_id", type: "int", nullable: false },
        { name: "name", type: "string", nullable: false },
        { name: "address.city", type: "string", nullable: false, samples: ["Lyon", "Paris"] },
        { name: "address.zip", type: "string", nullable: true, samples: ["69000"] },
        { name: "tags", type: "array<string>", nullable: false },
      ],
      primaryKey: ["_id"],
      foreignKeys: [],
      rowEstimate: 1200,
    });
    expect(table("orders").columns.map(({ name, type }) => `${name} ${type}`)).to.deep.equal([
      "_id objectId",
      "customer_id int",
      "parentId int",
      "total decimal",
      "placed date",
    ]);
    expect(table("orders").foreignKeys, "parentId has values that no parent has").to.deep.equal([
      { columns: ["customer_id"], schema: "shop", table: "customers", references: ["_id"] },
    ]);
    expect(table("payments").foreignKeys).to.deep.equal([
      { columns: ["orderId"], schema: "shop", table: "orders", references: ["_id"] },
    ]);
    expect(table("payments").columns.at(-1)).to.deep.equal({ name: "amount", type: "double", nullable: false });
  });

  it("returns the columns of the last $project in their order", async () => {
    const { columns, rows } = await result("customers", [
      { $match: { _id: { $lte: 2 } } },
      { $sort: { _id: -1 } },
      { $project: { _id: 0, city: "$address.city", name: 1, none: "$nothing" } },
    ]);
    expect(columns).to.deep.equal([
      { name: "city", type: "string" },
      { name: "name", type: "string" },
      { name: "none", type: "null" },
    ]);
    expect(rows).to.deep.equal([
      ["Paris", "name 2", null],
      ["Lyon", "name 1", null],
    ]);
    expect(
      (await result("customers", [{ $match: { _id: 1 } }, { $project: { name: 1 } }])).columns.map(({ name }) => name),
    ).to.deep.equal(["_id", "name"]);
    expect(
      (await result("customers", [{ $match: { _id: 1 } }, { $project: { _id: 0, "address.city": 1 } }])).rows,
    ).to.deep.equal([["Lyon"]]);
  });

  it("joins and groups", async () => {
    const { rows } = await result("orders", [
      { $lookup: { from: "customers", localField: "customer_id", foreignField: "_id", as: "customer" } },
      { $unwind: "$customer" },
      { $group: { _id: "$customer.address.city", total: { $sum: "$total" }, orders: { $sum: 1 } } },
      { $sort: { _id: 1 } },
      { $project: { _id: 0, city: "$_id", orders: 1, total: 1 } },
    ]);
    expect(rows).to.deep.equal([
      ["Lyon", 150, "22425.00"],
      ["Paris", 150, "22575.00"],
    ]);
  });

  it("converts values to JSON without loss", async () => {
    const id = new ObjectId();
    const values: [value: unknown, json: unknown, type: string][] = [
      [new Int32(5), 5, "int"],
      [Long.fromString("9007199254740991"), 9007199254740991, "long"],
      [Long.fromString("9007199254740993"), "9007199254740993", "long"],
      [new Double(0.1), 0.1, "double"],
      [Decimal128.fromString("1.50"), "1.50", "decimal"],
      [id, id.toHexString(), "objectId"],
      [new Date("2024-02-29T10:11:12.5Z"), "2024-02-29T10:11:12.500Z", "date"],
      [new Date("2024-02-29T10:11:12Z"), "2024-02-29T10:11:12Z", "date"],
      [true, true, "bool"],
      ["é😀", "é😀", "string"],
      [Buffer.from([0, 255]), "\\x00ff", "binData"],
      [{ a: [Decimal128.fromString("1.0"), null] }, { a: ["1.0", null] }, "object"],
      [["x", id], ["x", id.toHexString()], "array<string>"],
    ];
    const collection = server!.db.collection<{ _id: number; v: unknown }>("values");
    await collection.insertMany(values.map(([v], _id) => ({ _id, v })));
    for (const [_id, [, json, type]] of values.entries()) {
      const { rows, columns } = await result("values", [{ $match: { _id } }, { $project: { _id: 0, v: 1 } }]);
      expect([rows, columns], String(_id)).to.deep.equal([[[json]], [{ name: "v", type }]]);
    }
  });

  it("accepts values as Extended JSON", async () => {
    const since = await result("orders", [
      { $match: { placed: { $gte: { $date: "2024-10-20T00:00:00Z" } }, total: { $gt: { $numberDecimal: "295.5" } } } },
      { $project: { _id: 0, customer_id: 1 } },
    ]);
    expect(since.rows).to.deep.equal([[297], [298], [299], [300]]);
    expect(
      (
        await result("customers", [
          { $match: { name: { $regex: "^name 119\\d$", $options: "i" } } },
          { $project: { _id: 1 } },
        ])
      ).rowCount,
    ).to.equal(10);
  });

  it("truncates a result at the row and size limits and says so only when rows are left", async () => {
    const all = [{ $sort: { _id: 1 } }, { $project: { _id: 1 } }];
    for (const [limit, expected, truncated] of [
      [1, 1, true],
      [1199, 1199, true],
      [1200, 1200, false],
      [1201, 1200, false],
      [500, 500, true],
    ] as const) {
      const cut = await result("customers", all, { limit });
      expect([cut.rowCount, cut.truncated], String(limit)).to.deep.equal([expected, truncated]);
    }
    expect((await result("customers", all, { limit: 2, offset: 1199 })).rows).to.deep.equal([[1200]]);
    expect(await problem("customers", all.slice(1), { offset: 1 })).to.deep.include({ status: 400 });
    const large = await result("customers", [{ $project: { name: 1, address: 1, tags: 1 } }], { limit: 10_000 });
    expect([large.truncated, large.rowCount < 1200]).to.deep.equal([true, true]);
  });

  it("explains errors in a pipeline", async () => {
    expect((await problem("customers", [{ $match: {} }])).detail).to.contain("$project that names the columns");
    expect(await problem("customers", [{ $project: { x: { $divide: ["$name", 2] } } }])).to.deep.include({
      status: 400,
    });
    expect(await problem("customers", [])).to.deep.include({ status: 400 });
    const sql = await app.inject({ method: "POST", url: "/datasources/shop/query", payload: { sql: "SELECT 1" } });
    expect([sql.statusCode, sql.json<{ detail: string }>().detail]).to.deep.equal([
      400,
      "This data source is MongoDB, which runs aggregation pipelines: send collection and pipeline, not sql.",
    ]);
    const both = await app.inject({
      method: "POST",
      url: "/datasources/shop/query",
      payload: { sql: "SELECT 1", collection: "x", pipeline: [{}] },
    });
    expect(both.json<{ detail: string }>().detail).to.contain("either sql (and params), or collection and pipeline");
  });

  it("returns no rows for a collection that does not exist", async () => {
    expect((await result("nothing", [{ $project: { _id: 0, x: 1 } }])).rows).to.deep.equal([]);
  });
});
