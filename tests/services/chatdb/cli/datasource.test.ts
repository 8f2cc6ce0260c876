import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { createService as createGateway } from "@chatdb/api-gateway/service.ts";
import { run } from "@chatdb/cli/run.ts";
import type { DataSourceTables } from "@chatdb/db-connector/added-sources/tables.ts";
import { createService as createConnector } from "@chatdb/db-connector/service.ts";
import { openDatabase } from "@platform/kit/database.ts";
import { createLogger } from "@platform/kit/log.ts";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { startPglite, type TestDatabase } from "../../support/pglite.ts";
import { Written } from "./written.ts";

describe("chatdb: data sources", function () {
  this.timeout(180_000);
  let record: TestDatabase;
  let shop: TestDatabase;
  let connector: FastifyInstance;
  let gateway: FastifyInstance;
  let address: string;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    [record, shop] = await Promise.all([startPglite(), startPglite()]);
    const log = createLogger("test", "silent");
    connector = await createConnector({
      dataSources: [],
      added: {
        db: openDatabase<DataSourceTables>(record.pool),
        keys: new Map([["k1", randomBytes(32)]]),
        addresses: { ADDED_SOURCES_RANGES: ["127.0.0.0/8"] },
        passwords: { env: {}, folder: undefined },
      },
      log,
    });
    const dbConnector = await connector.listen({ host: "127.0.0.1", port: 0 });
    const away = "http://127.0.0.1:1";
    const upstreams = {
      dbConnector,
      queryParser: away,
      trainingOrchestrator: away,
      mlEngine: away,
      modelRegistry: away,
      predictionService: away,
    };
    gateway = await createGateway({ upstreams, log });
    env = { CHATDB_URL: await gateway.listen({ host: "127.0.0.1", port: 0 }) };
    address = `postgresql://postgres@127.0.0.1:${shop.port}/postgres`;
  });
  after(async () => {
    await gateway.close();
    await connector.close();
    await Promise.all([record.close(), shop.close()]);
  });
  afterEach(() => record.pool.query("DELETE FROM data_sources"));

  async function chatdb(
    args: string[],
    { typed = "secret\n", tty = false, more = {} }: { typed?: string; tty?: boolean; more?: NodeJS.ProcessEnv } = {},
  ) {
    const [stdout, stderr] = [new Written(tty, 80), new Written(tty, 80)];
    const stdin = Object.assign(Readable.from([typed]), { isTTY: tty });
    const code = await run(["datasource", ...args], { stdin, stdout, stderr, env: { ...env, ...more } });
    return { code, out: stdout.text, err: stderr.text };
  }

  it("adds one, tries to connect, lists, tests and removes it", async () => {
    const added = await chatdb(["add", "mine", address]);
    expect(added).to.include({ code: 0 });
    expect(added.out).to.match(/^mine: PostgreSQL .*, \d+ ms\n$/);
    expect((await chatdb(["list"])).out).to.match(/\nmine +postgresql +127\.0\.0\.1:\d+ +postgres +disable\n/);
    expect((await chatdb(["test", "mine"])).code).to.equal(0);
    expect(await chatdb(["remove", "mine"])).to.deep.equal({
      code: 0,
      out: "",
      err: "Removed the data source mine.\n",
    });
    expect((await chatdb(["test", "mine"])).code).to.equal(1);
    expect((await chatdb(["list"])).err).to.equal("There is no data source.\n");
  });

  it("turns TLS off for a server on this machine and says so, unless --tls is given", async () => {
    expect((await chatdb(["add", "mine", address])).err)
      .to.contain("TLS is off")
      .and.to.contain("--tls require");
    const strict = await chatdb(["add", "strict", address, "--tls", "require"]);
    expect(strict.code, "the server has no TLS").to.equal(1);
    expect(strict.err).to.contain("datasource remove strict").and.to.not.contain("TLS is off");
  });

  it("reads the password from standard input, from a variable, or from a prompt that does not show it", async () => {
    const stored = async () =>
      (await record.pool.query("SELECT name, password IS NOT NULL AS has FROM data_sources")).rows;
    await chatdb(["add", "piped", address]);
    await chatdb(["add", "named", address, "--password-env", "SECRET"], { typed: "", more: { SECRET: "x" } });
    const prompted = await chatdb(["add", "prompted", address], { tty: true, typed: "hidden\n" });
    await chatdb(["add", "none", address], { typed: "" });
    expect(prompted.err).to.match(/^Password: \n/);
    expect(prompted.out + prompted.err).to.not.contain("hidden");
    expect(await stored()).to.have.deep.members([
      { name: "piped", has: true },
      { name: "named", has: true },
      { name: "prompted", has: true },
      { name: "none", has: false },
    ]);
  });

  it("refuses wrong usage before it asks for a password", async () => {
    for (const [args, message] of [
      [["add", "x", "postgresql://u:secret@localhost/d"], "leave the password out of the URL"],
      [["add", "x", "oracle://u@localhost/d"], "expected a URL such as"],
      [["add", "x", "postgresql://u@localhost"], "expected a URL such as"],
      [["add", "x", address, "--password-env", "UNSET"], "the variable UNSET is not set"],
      [["add", "x", address, "--tls", "maybe"], "--tls: expected disable, require, verify"],
      [["add", "x"], "takes NAME and URL"],
      [["drop", "x"], "expected add, test, list, remove"],
      [["list", "--tls", "verify"], "are for datasource add"],
    ] as const) {
      const { code, err } = await chatdb([...args], { tty: true });
      expect(code, args.join(" ")).to.equal(2);
      expect(err).to.contain(message).and.to.not.contain("Password:").and.to.not.contain("secret");
    }
  });

  it("names what to set if the gateway cannot be reached", async () => {
    const { code, err } = await chatdb(["list"], { more: { CHATDB_URL: "http://127.0.0.1:1" } });
    expect(code).to.equal(5);
    expect(err).to.contain("CHATDB_URL").and.to.contain("--url").and.to.contain("npm start");
  });
});
