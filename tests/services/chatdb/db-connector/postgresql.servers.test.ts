import type { AddressInfo } from "node:net";
import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import { createService } from "@chatdb/db-connector/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { programOf } from "../../support/child-server.ts";
import { eventually } from "../../support/eventually.ts";
import { startPostgresql, type TestPostgresql } from "../../support/postgresql.ts";

const log = createLogger("test", "silent");
const endless = "SELECT count(*) FROM things a, things b, things c, things d WHERE a.n + b.n + c.n + d.n < 0";

describe("a PostgreSQL data source on a real server", () => {
  let server: TestPostgresql | undefined;
  let app: FastifyInstance;
  before(async function () {
    server = await startPostgresql(this);
    await server.admin.query(
      "CREATE TABLE things AS SELECT n FROM generate_series(1, 1000) AS n; CREATE TABLE private AS SELECT 1 AS secret; REVOKE ALL ON private FROM reader",
    );
    app = await createService({ dataSources: [server.settings], log, costLimits: {} });
    await app.listen({ port: 0, host: "127.0.0.1" });
  });
  after(async () => {
    await app?.close();
    await server?.close();
  });

  const query = async (sql: string, more: object = {}) =>
    (await app.inject({ method: "POST", url: "/datasources/shop/query", payload: { sql, ...more } })).json<{
      status?: number;
      layer?: string;
      rows?: unknown[][];
    }>();
  const running = async () =>
    (
      await server!.admin.query(
        "SELECT FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active' AND query LIKE '%things d%'",
      )
    ).rowCount;

  it("reads only what its role was granted", async () => {
    expect(await query("SELECT secret FROM private")).to.deep.include({ status: 403, layer: "role" });
    const { tables } = (await app.inject("/datasources/shop/schema")).json<DatabaseSchema>();
    expect(tables.map(({ name }) => name)).to.deep.equal(["things"]);
  });

  it("stops a statement at its timeout", async () => {
    expect(await query(endless, { timeout_ms: 200 })).to.deep.include({ status: 504, layer: "time limit" });
    await eventually(async () => expect(await running()).to.equal(0));
  });

  it("stops a statement when the caller disconnects", async () => {
    const { port } = app.server.address() as AddressInfo;
    const caller = new AbortController();
    const body = JSON.stringify({ sql: endless, timeout_ms: 60_000 });
    const asked = fetch(`http://127.0.0.1:${port}/datasources/shop/query`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: caller.signal,
    }).catch(() => undefined);
    await eventually(async () => expect(await running()).to.equal(1));
    caller.abort();
    await asked;
    await eventually(async () => expect(await running()).to.equal(0));
    expect((await query("SELECT count(*) FROM things")).rows).to.deep.equal([[1000]]);
  });

  it("connects with TLS, and verifies the certificate if configured to", async function () {
    if (programOf("openssl") === undefined) {
      console.log("      skipped: openssl is not installed");
      this.skip();
    }
    await server!.encrypt();
    const { settings } = server!;
    const dataSources = (["disable", "require", "verify"] as const).map((tls) => ({
      ...settings,
      name: tls,
      host: "localhost",
      tls,
    }));
    const encrypted = await createService({ dataSources, log });
    const test = async (name: string) =>
      (await encrypted.inject({ method: "POST", url: `/datasources/${name}/test` })).json<{
        ok: boolean;
        reason?: string;
      }>();
    await eventually(async () => expect(await test("require")).to.deep.include({ ok: true }));
    const { rows } = await server!.admin.query(
      "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'reader' AND application_name = 'chatdb-db-connector' ORDER BY ssl",
    );
    expect(rows).to.deep.include({ ssl: true });
    expect(await test("disable")).to.deep.include({ ok: true });
    const verified = await test("verify");
    expect([verified.ok, verified.reason]).to.satisfy(
      ([ok, reason]: [boolean, string]) => !ok && reason.includes("self-signed certificate"),
    );
    await encrypted.close();
  });

  it("refuses a statement whose estimated cost is too high", async () => {
    const careful = await createService({ dataSources: [server!.settings], log });
    const ask = (sql: string) => careful.inject({ method: "POST", url: "/datasources/shop/query", payload: { sql } });
    expect((await ask(endless)).json()).to.deep.include({ status: 403, layer: "cost limit" });
    expect((await ask("SELECT count(*) FROM things")).statusCode).to.equal(200);
    await careful.close();
  });
});
