import { randomBytes } from "node:crypto";
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressEnv } from "@chatdb/db-connector/added-sources/address-rules.ts";
import type { Keys } from "@chatdb/db-connector/added-sources/password-encryption.ts";
import type { DataSourceTables } from "@chatdb/db-connector/added-sources/tables.ts";
import { createService } from "@chatdb/db-connector/service.ts";
import { openDatabase } from "@platform/kit/database.ts";
import { createLogger } from "@platform/kit/log.ts";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { eventually } from "../../support/eventually.ts";
import { startPglite, type TestDatabase } from "../../support/pglite.ts";
import { settingsOf } from "../support/shop.ts";

const log = createLogger("test", "silent");

describe("added data sources", () => {
  const secrets = mkdtempSync(join(tmpdir(), "chatdb-secrets-"));
  const keys: Keys = new Map([["k1", randomBytes(32)]]);
  let record: TestDatabase;
  let shop: TestDatabase;
  let addresses: AddressEnv;
  let replicas: FastifyInstance[];

  before(async function () {
    this.timeout(180_000);
    record = await startPglite();
    shop = await startPglite();
    await shop.pool.query("CREATE TABLE things AS SELECT 1 AS id");
    addresses = { ADDED_SOURCES_RANGES: ["127.0.0.1/32"], ADDED_SOURCES_PORTS: [shop.port, 1] };
    writeFileSync(join(secrets, "shop"), "from a file\n");
    writeFileSync(join(tmpdir(), "chatdb-outside"), "secret");
    symlinkSync(join(tmpdir(), "chatdb-outside"), join(secrets, "way-out"));
  });
  after(async () => {
    await Promise.all([record.close(), shop.close()]);
  });
  beforeEach(async () => {
    replicas = [await replica(), await replica()];
  });
  afterEach(async () => {
    await Promise.all(replicas.map((app) => app.close()));
    await record.pool.query("DELETE FROM data_sources");
  });

  const replica = (with_: { keys?: Keys; addresses?: AddressEnv } = {}) =>
    createService({
      dataSources: [settingsOf(shop, "configured")],
      added: {
        db: openDatabase<DataSourceTables>(record.pool),
        keys,
        addresses,
        passwords: {
          env: { DATASOURCE_SECRET_SHOP: "from the environment", DATABASE_PASSWORD: "own" },
          folder: secrets,
        },
        ...with_,
      },
      log,
    });
  const source = (more: object = {}) => ({
    name: "added",
    dialect: "postgresql",
    host: "127.0.0.1",
    port: shop.port,
    database: "postgres",
    user: "postgres",
    tls: "disable",
    password: "pass-word-1",
    ...more,
  });
  const send = async (method: "POST" | "PUT" | "DELETE" | "GET", url: string, payload?: object, app = replicas[0]!) => {
    const response = await app.inject({ method, url, ...(payload && { payload }) });
    return {
      status: response.statusCode,
      body: response.body === "" ? undefined : response.json<Record<string, unknown>>(),
      text: response.body,
    };
  };
  const add = (more: object = {}) => send("POST", "/datasources", source(more));
  const ask = (name: string, app = replicas[0]!) =>
    send("POST", `/datasources/${name}/query`, { sql: "SELECT id FROM things" }, app);

  it("answer queries in every replica and after a restart", async () => {
    const added = await add();
    expect([added.status, added.body]).to.deep.equal(
      [201, { ...source(), password: undefined, origin: "api" }].map(
        (each) => JSON.parse(JSON.stringify(each)) as unknown,
      ),
    );
    for (const app of [...replicas, await replica()]) {
      expect((await ask("added", app)).body).to.deep.include({ rows: [[1]] });
      expect((await send("GET", "/datasources/added/schema", undefined, app)).status).to.equal(200);
    }
    const { body } = await send("GET", "/datasources", undefined, replicas[1]);
    expect(
      (body!["datasources"] as { name: string; origin: string }[]).map(({ name, origin }) => [name, origin]),
    ).to.deep.equal([
      ["added", "api"],
      ["configured", "configuration"],
    ]);
  });

  it("never show their passwords and store them encrypted", async () => {
    await add();
    for (const url of ["/datasources", "/datasources/added"])
      expect((await send("GET", url)).text).not.to.contain("pass-word");
    const { rows } = await record.pool.query<{ password: string; key_id: string }>(
      "SELECT password, key_id FROM data_sources",
    );
    expect(rows[0]!.key_id).to.equal("k1");
    for (const text of [rows[0]!.password, Buffer.from(rows[0]!.password, "base64").toString("latin1")])
      expect(text).not.to.contain("pass-word");
  });

  it("change and disappear in every replica shortly after a change", async () => {
    await add();
    await ask("added", replicas[1]);
    expect((await send("PUT", "/datasources/added", { ...source(), port: 1, name: undefined })).status).to.equal(200);
    expect((await ask("added")).status).to.equal(502);
    await eventually(async () => expect((await ask("added", replicas[1])).status).to.equal(502));
    expect((await send("DELETE", "/datasources/added")).status).to.equal(204);
    expect((await ask("added")).status).to.equal(404);
    await eventually(async () => expect((await ask("added", replicas[1])).status).to.equal(404));
    expect((await send("DELETE", "/datasources/added")).status).to.equal(404);
  });

  it("keep their password when a change leaves server, user and TLS as they are, and need it again otherwise", async () => {
    await add();
    const rest = source({ name: undefined, password: undefined });
    expect((await send("PUT", "/datasources/added", rest)).status).to.equal(200);
    expect((await ask("added")).status).to.equal(200);
    for (const change of [
      { port: 1 },
      { host: "localhost" },
      { user: "other" },
      { database: "other" },
      { tls: "require" },
    ]) {
      const answer = await send("PUT", "/datasources/added", { ...rest, ...change });
      expect([answer.status, String(answer.body!["detail"])], JSON.stringify(change)).to.satisfy(
        ([status, detail]: [number, string]) =>
          status === 400 && detail.includes("give password or password_ref again"),
      );
    }
  });

  it("answer 409 for a name that is taken or configured", async () => {
    expect((await add()).status).to.equal(201);
    expect((await add()).status).to.equal(409);
    expect((await add({ name: "configured" })).status).to.equal(409);
    expect((await send("DELETE", "/datasources/configured")).status).to.equal(409);
    expect((await send("PUT", "/datasources/nowhere", { ...source(), name: undefined })).status).to.equal(404);
  });

  it("answer 400 with every fault of an invalid definition", async () => {
    const answer = await send("POST", "/datasources", {
      name: "A b",
      dialect: "oracle",
      port: 0,
      database: "",
      password: "x",
      password_ref: "env:X",
    });
    expect(answer.status).to.equal(400);
    expect(answer.body!["detail"]).to.match(/name.*dialect.*host.*port.*database/s);
    expect((await add({ password_ref: "env:SHOP" })).body!["detail"]).to.contain("either password or password_ref");
    for (const password_ref of ["file:../x", "file:/etc/passwd", "env:A B", "vault:x"])
      expect((await add({ password: undefined, password_ref })).status, password_ref).to.equal(400);
  });

  it("report whether they can be connected to", async () => {
    await add();
    await add({ name: "away", port: 1 });
    expect((await send("POST", "/datasources/added/test")).body).to.deep.include({ ok: true });
    const away = (await send("POST", "/datasources/away/test")).body!;
    expect([away["ok"], away["reason"]]).to.satisfy(
      ([ok, reason]: [boolean, string]) => !ok && reason.includes("ECONNREFUSED"),
    );
  });

  it("read a referenced password from allowed variables and files only", async () => {
    for (const password_ref of ["env:SHOP", "file:shop"]) {
      await add({ password: undefined, password_ref });
      expect((await ask("added")).status, password_ref).to.equal(200);
      expect((await send("GET", "/datasources/added")).body).to.deep.include({ password_ref });
      await send("DELETE", "/datasources/added");
    }
    for (const password_ref of ["env:DATABASE_PASSWORD", "env:NONE", "file:none", "file:way-out"]) {
      await add({ name: "none", password: undefined, password_ref });
      const answer = await ask("none");
      expect([answer.status, answer.body!["detail"]], password_ref).to.satisfy(
        ([status, detail]: [number, string]) => status === 503 && detail.includes(`read from ${password_ref}`),
      );
      await send("DELETE", "/datasources/none");
    }
  });

  it("decrypt passwords with older keys and encrypt them under the current key at startup", async () => {
    await add();
    const rotated: Keys = new Map([["k2", randomBytes(32)], ...keys]);
    const next = await replica({ keys: rotated });
    expect((await ask("added", next)).status).to.equal(200);
    const { rows } = await record.pool.query("SELECT key_id FROM data_sources");
    expect(rows).to.deep.equal([{ key_id: "k2" }]);
    await next.close();
    const wrong = await replica({ keys: new Map([["k2", randomBytes(32)]]) });
    expect((await ask("added", wrong)).body!["detail"]).to.match(/does not open with the key k2/);
    const without = await replica({ keys });
    expect((await ask("added", without)).body!["detail"]).to.match(
      /encrypted under the key k2, and this connector has k1 alone/,
    );
    await Promise.all([wrong.close(), without.close()]);
  });

  it("do not send the password when somebody changes the stored user", async () => {
    await add();
    await record.pool.query("UPDATE data_sources SET \"user\" = 'someone', revision = gen_random_uuid()");
    await eventually(async () => expect((await ask("added")).body!["detail"]).to.match(/the record was altered/));
  });

  it("answer 403 for an address or port that is not allowed", async () => {
    for (const host of [
      "169.254.169.254",
      "10.0.0.1",
      "::1",
      "0.0.0.0",
      "::ffff:169.254.169.254",
      "2130706434",
      "0x7f.0.0.2",
    ]) {
      const answer = await add({ host });
      expect([answer.status, answer.body!["detail"]], host).to.satisfy(
        ([status, detail]: [number, string]) => status === 403 && detail.includes("chatdb:dataSources.added"),
      );
    }
    expect((await add({ port: 22 })).status).to.equal(403);
    expect((await add({ host: "no-such-host.invalid" })).status).to.equal(400);
    expect((await add({ host: "::ffff:127.0.0.1" })).status).to.equal(201);
  });

  it("check the address again when connecting, since a name may resolve differently by then", async () => {
    await add({ host: "localhost", password: "x" }).then(({ status }) => expect(status).to.be.oneOf([201, 403]));
    await send("DELETE", "/datasources/added");
    await add();
    const strict = await replica({ addresses: { ...addresses, ADDED_SOURCES_RANGES: ["10.0.0.0/8"] } });
    expect((await ask("added", strict)).status).to.equal(403);
    for (const dialect of ["mysql", "mongodb"]) {
      await record.pool.query(
        "UPDATE data_sources SET dialect = $1, password = NULL, key_id = NULL, host = 'localhost', revision = gen_random_uuid()",
        [dialect],
      );
      await eventually(async () =>
        expect((await send("POST", "/datasources/added/test", undefined, strict)).body!["reason"]).to.contain(
          "chatdb:dataSources.added",
        ),
      );
    }
    await strict.close();
  });
});
