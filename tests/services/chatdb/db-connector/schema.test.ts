import { databaseSchema, type DatabaseSchema } from "@chatdb/contracts/query.ts";
import { createService } from "@chatdb/db-connector/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { startPglite, type TestDatabase } from "../../support/pglite.ts";
import { settingsOf } from "../support/shop.ts";

const log = createLogger("test", "silent");

const ddl = `
CREATE SCHEMA sales;
CREATE TYPE sales.mood AS ENUM ('happy', 'sad');
CREATE TABLE sales.regions (country text, code int, PRIMARY KEY (country, code));
CREATE TABLE sales.stores (
  id int PRIMARY KEY,
  region_country text NOT NULL, region_code int NOT NULL,
  "Odd ""Name"" é" text,
  mood sales.mood,
  size numeric(8,2) DEFAULT 0,
  opened timestamptz,
  notes text,
  FOREIGN KEY (region_code, region_country) REFERENCES sales.regions (code, country)
);
ALTER TABLE sales.stores DROP COLUMN size;
COMMENT ON TABLE sales.stores IS 'Where we sell';
COMMENT ON COLUMN sales.stores.opened IS 'First day';
CREATE VIEW sales.open_stores AS SELECT id, mood FROM sales.stores;
CREATE TABLE public.days (day date) PARTITION BY RANGE (day);
CREATE TABLE public.days_2024 PARTITION OF public.days FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO sales.regions VALUES ('fr', 1), ('de', 2);
INSERT INTO sales.stores SELECT n, 'fr', 1, CASE n % 3 WHEN 0 THEN 'b' WHEN 1 THEN 'a' END, 'sad', NULL, 'note ' || n FROM generate_series(1, 100) AS n;
ANALYZE sales.stores;
`;

describe("the schema of a data source", () => {
  let database: TestDatabase;
  let app: FastifyInstance;
  let schema: DatabaseSchema;
  before(async () => {
    database = await startPglite();
    await database.pool.query(ddl);
    app = await createService({ dataSources: [settingsOf(database, "sales")], log });
    schema = await read();
  });
  after(async () => {
    await app.close();
    await database.close();
  });

  const read = async (options = "") =>
    databaseSchema.parse((await app.inject(`/datasources/sales/schema${options}`)).json());
  const table = (name: string) => schema.tables.find((each) => each.name === name);

  it("contains the tables and views of all schemas, and partitioned tables once", () => {
    expect(schema.tables.map(({ schema: space, name, kind }) => `${space}.${name} ${kind}`)).to.deep.equal([
      "public.days table",
      "sales.open_stores view",
      "sales.regions table",
      "sales.stores table",
    ]);
  });

  it("contains columns with types and comments, and keys with their columns in order", () => {
    expect(table("stores")).to.deep.equal({
      schema: "sales",
      name: "stores",
      kind: "table",
      comment: "Where we sell",
      columns: [
        { name: "id", type: "integer", nullable: false },
        { name: "region_country", type: "text", nullable: false, samples: ["fr"] },
        { name: "region_code", type: "integer", nullable: false },
        { name: 'Odd "Name" é', type: "text", nullable: true, samples: ["a", "b"] },
        { name: "mood", type: "sales.mood", nullable: true, samples: ["happy", "sad"] },
        { name: "opened", type: "timestamp with time zone", nullable: true, comment: "First day" },
        { name: "notes", type: "text", nullable: true },
      ],
      primaryKey: ["id"],
      foreignKeys: [
        {
          columns: ["region_code", "region_country"],
          schema: "sales",
          table: "regions",
          references: ["code", "country"],
        },
      ],
      rowEstimate: 100,
    });
    expect(table("regions")?.primaryKey).to.deep.equal(["country", "code"]);
  });

  it("is cached for a while, and read again when the caller needs a fresher one", async () => {
    await database.pool.query("CREATE TABLE public.late ()");
    await database.pool.query("ALTER TABLE public.late ADD COLUMN x int");
    expect((await read()).at).to.equal(schema.at);
    expect((await read("?max_age_ms=3600000")).at).to.equal(schema.at);
    expect((await read("?max_age_ms=0")).tables.map(({ name }) => name)).to.include("late");
    await database.pool.query("DROP TABLE public.late");
  });

  it("contains only what the role may read", async () => {
    await database.pool.query(
      "CREATE ROLE clerk; GRANT USAGE ON SCHEMA sales TO clerk; GRANT SELECT ON sales.regions TO clerk; GRANT SELECT (id, region_code) ON sales.stores TO clerk",
    );
    // All connections share PGlite's one session: it is the role's until it is set back.
    await database.pool.query("SET SESSION AUTHORIZATION clerk");
    const { tables } = await read("?max_age_ms=0").finally(() => database.pool.query("RESET SESSION AUTHORIZATION"));
    expect(
      tables.map(({ name, columns, foreignKeys }) => [name, columns.map((column) => column.name), foreignKeys.length]),
    ).to.deep.equal([
      ["regions", ["country", "code"], 0],
      ["stores", ["id", "region_code"], 0],
    ]);
  });

  it("answers 404 for an unknown data source and lists the existing ones", async () => {
    const response = await app.inject("/datasources/nowhere/schema");
    expect([response.statusCode, response.json<{ detail: string }>().detail]).to.deep.equal([
      404,
      'There is no data source "nowhere". There are: sales.',
    ]);
  });

  it("hides the password in the list of data sources", async () => {
    const response = await app.inject("/datasources");
    const { host, port } = database;
    expect(response.json()).to.deep.equal({
      datasources: [
        {
          name: "sales",
          dialect: "postgresql",
          host,
          port,
          database: "postgres",
          user: "postgres",
          tls: "disable",
          origin: "configuration",
        },
      ],
    });
  });
});

describe("an unavailable data source", () => {
  it("is DOWN while the connector itself is UP", async () => {
    const database = await startPglite();
    const down = { ...settingsOf(database, "down"), port: 1 };
    const app = await createService({ dataSources: [settingsOf(database, "up"), down], log });
    const health = await app.inject("/actuator/health");
    expect(health.statusCode).to.equal(200);
    const { status, components } = health.json<{
      status: string;
      components: { dataSources: { status: string; components: Record<string, { status: string }> } };
    }>();
    expect([status, components.dataSources.status]).to.deep.equal(["UP", "DOWN"]);
    expect(
      Object.entries(components.dataSources.components).map(([name, component]) => [name, component.status]),
    ).to.deep.equal([
      ["down", "DOWN"],
      ["up", "UP"],
    ]);
    expect((await app.inject("/ready")).statusCode).to.equal(200);
    for (const [url, payload] of [
      ["schema", undefined],
      ["query", { sql: "SELECT 1" }],
    ] as const) {
      const response = await app.inject({ method: payload ? "POST" : "GET", url: `/datasources/down/${url}`, payload });
      expect(response.statusCode, url).to.equal(502);
      expect(response.json<{ detail: string }>().detail).to.match(
        /^The data source "down" cannot be reached: .*ECONNREFUSED/,
      );
    }
    await app.close();
    await database.close();
  });
});

describe("the schema of a data source that fails while it is read", () => {
  let database: TestDatabase;
  let proxy: Server;
  let app: FastifyInstance;
  let away = true;

  before(async () => {
    database = await startPglite();
    await database.pool.query(ddl);
    proxy = createServer((client) => {
      const server = connect(database.port, database.host);
      for (const socket of [client, server]) socket.on("error", () => undefined);
      client.on("data", (data) => {
        // The question for sample values, which comes last.
        if (away && data.includes("MATERIALIZED")) for (const socket of [client, server]) socket.destroy();
        else server.write(data);
      });
      server.pipe(client);
      client.on("close", () => server.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    app = await createService({ dataSources: [settingsOf({ ...database, port }, "sales")], log });
  });
  after(async () => {
    await app.close();
    proxy.close();
    await database.close();
  });

  it("is an error instead of a schema without sample values, and complete afterwards", async () => {
    const answer = await app.inject("/datasources/sales/schema");
    expect(answer.statusCode).to.be.oneOf([502, 503]);
    away = false;
    const { tables } = databaseSchema.parse((await app.inject("/datasources/sales/schema")).json());
    const stores = tables.find(({ name }) => name === "stores")!;
    expect(stores.columns.find(({ name }) => name === "region_country")!.samples).to.deep.equal(["fr"]);
  });
});
