import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { finished } from "node:stream/promises";
import { createService } from "@chatdb/db-connector/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import type { RowDataPacket } from "mysql2/promise";
import { eventually } from "../../support/eventually.ts";
import { startMariadb, type TestMariadb } from "../../support/mariadb.ts";
import { startMongodb, type TestMongodb } from "../../support/mongodb.ts";
import { startPglite, type TestDatabase } from "../../support/pglite.ts";
import { settingsOf } from "../support/shop.ts";

const log = createLogger("test", "silent");

describe("exports by the db-connector", () => {
  let database: TestDatabase;
  let app: FastifyInstance;
  before(async function () {
    this.timeout(180_000);
    database = await startPglite();
    app = await createService({ dataSources: [settingsOf(database)], log });
  });
  after(async () => {
    await app.close();
    await database.close();
  });

  const send = (payload: object) => app.inject({ method: "POST", url: "/datasources/shop/export", payload });
  const values = `SELECT * FROM (VALUES (1, 'a,"b"', true, NULL, ARRAY[1,2]), (2, '', false, 'x', '{}')) AS v (id, text, flag, none, list) ORDER BY id`;

  it("write CSV that distinguishes NULL from empty text", async () => {
    const response = await send({ sql: values });
    expect([
      response.statusCode,
      response.headers["content-type"],
      response.headers["content-disposition"],
    ]).to.deep.equal([200, "text/csv; charset=utf-8; header=present", 'attachment; filename="shop.csv"']);
    expect(response.body).to.equal('id,text,flag,none,list\r\n1,"a,""b""",true,,"[1,2]"\r\n2,"",false,x,[]\r\n');
  });

  it("write JSON as one array or as lines", async () => {
    const objects = [
      { id: 1, text: 'a,"b"', flag: true, none: null, list: [1, 2] },
      { id: 2, text: "", flag: false, none: "x", list: [] },
    ];
    expect((await send({ sql: values, format: "json" })).json()).to.deep.equal(objects);
    const lines = (await send({ sql: values, format: "ndjson" })).body.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).to.deep.equal(objects);
    expect((await send({ sql: "SELECT 1 AS a, 2 AS a, 3 AS a_2", format: "json" })).json()).to.deep.equal([
      { a: 1, a_3: 2, a_2: 3 },
    ]);
    expect((await send({ sql: "SELECT 1 AS a WHERE false", format: "json" })).json()).to.deep.equal([]);
    expect((await send({ sql: "SELECT 1 AS a WHERE false" })).body).to.equal("a\r\n");
  });

  it("escape text that a spreadsheet would take for a formula, unless that is turned off", async () => {
    const sql = `SELECT * FROM unnest(ARRAY['=1+1', '+x', '-2.50', '@a', 'a=b', '-']) WITH ORDINALITY AS u (v, n) ORDER BY n`;
    const column = async (more: object = {}) =>
      (await send({ sql, ...more })).body
        .split("\r\n")
        .slice(1, -1)
        .map((line) => line.split(",")[0]);
    expect(await column()).to.deep.equal(["'=1+1", "'+x", "-2.50", "'@a", "a=b", "'-"]);
    expect(await column({ escape_formulas: false })).to.deep.equal(["=1+1", "+x", "-2.50", "@a", "a=b", "-"]);
  });

  it("contain all rows, or as many as the limit", async () => {
    const sql = "SELECT n FROM generate_series(1, 20000) AS n";
    expect((await send({ sql })).body.split("\r\n")).to.have.length(20_002);
    expect((await send({ sql, limit: 700 })).body.split("\r\n")).to.have.length(702);
  });

  it("answer with a problem when the statement fails before the first row", async () => {
    for (const [payload, status] of [
      [{ sql: "SELECT x" }, 400],
      [{ sql: "DROP TABLE x" }, 403],
      [{ sql: "SELECT 1", format: "xml" }, 400],
    ] as const) {
      const response = await send(payload);
      expect([response.statusCode, response.headers["content-type"]]).to.deep.equal([
        status,
        "application/problem+json",
      ]);
    }
  });

  it("break the connection when the statement fails later, so that the file does not look complete", async () => {
    await app.listen({ port: 0, host: "127.0.0.1" });
    const response = await post(app, { sql: "SELECT 1 / (2000 - n) FROM generate_series(1, 5000) AS n" });
    expect(response.statusCode).to.equal(200);
    response.resume();
    await finished(response).then(
      () => expect.fail("it ended as if it were complete"),
      (error: NodeJS.ErrnoException) => expect(error.code).to.equal("ECONNRESET"),
    );
  });
});

describe("a large export from MySQL", () => {
  let server: TestMariadb | undefined;
  let app: FastifyInstance;
  before(async function () {
    server = await startMariadb(this);
    app = await createService({ dataSources: [server.settings], log });
    await app.listen({ port: 0, host: "127.0.0.1" });
  });
  after(async () => {
    await app?.close();
    await server?.close();
  });

  it("reads no faster than the client does, and stops when the client disconnects", async () => {
    await server!.admin.query(
      "CREATE TABLE numbers AS SELECT seq AS n, repeat('x', 200) AS filling FROM seq_1_to_300000",
    );
    const held = () => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    const before = held();
    const response = await post(app, { sql: "SELECT n, filling FROM numbers", format: "ndjson" });
    await once(response, "readable");
    // 60 MB are there to be sent; the little that was not taken waits in buffers.
    expect(held() - before).to.be.below(40_000_000);
    const sending = async () =>
      (
        await server!.admin.query<RowDataPacket[]>(
          "SELECT info FROM information_schema.processlist WHERE info LIKE 'SELECT n, filling%'",
        )
      )[0].length;
    expect(await sending()).to.equal(1);
    response.destroy();
    await eventually(async () => expect(await sending()).to.equal(0));
  });
});

describe("an export from MongoDB", () => {
  let server: TestMongodb | undefined;
  let app: FastifyInstance;
  before(async function () {
    server = await startMongodb(this);
    app = await createService({ dataSources: [server.settings], log });
  });
  after(async () => {
    await app?.close();
    await server?.close();
  });

  it("contains all documents as rows", async () => {
    await server!.db
      .collection<{ _id: number }>("numbers")
      .insertMany(Array.from({ length: 3000 }, (_, n) => ({ _id: n, half: n / 2 })));
    const payload = { collection: "numbers", pipeline: [{ $sort: { _id: 1 } }, { $project: { half: 1 } }] };
    const lines = (await app.inject({ method: "POST", url: "/datasources/shop/export", payload })).body.split("\r\n");
    expect([lines.length, lines[0], lines[1], lines[3000]]).to.deep.equal([3002, "_id,half", "0,0", "2999,1499.5"]);
  });
});

async function post(app: FastifyInstance, payload: object): Promise<IncomingMessage> {
  const { port } = app.server.address() as AddressInfo;
  const asked = request({
    port,
    host: "127.0.0.1",
    method: "POST",
    path: "/datasources/shop/export",
    headers: { "content-type": "application/json" },
  });
  asked.end(JSON.stringify(payload));
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  response.on("error", () => undefined);
  return response;
}
