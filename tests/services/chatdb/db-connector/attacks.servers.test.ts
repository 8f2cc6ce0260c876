import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseResponse, type Dialect, type Statement } from "@chatdb/contracts/query.ts";
import { topics } from "@chatdb/contracts/topics.ts";
import type { DataSourceSettings } from "@chatdb/db-connector/data-source-settings.ts";
import type { Driver } from "@chatdb/db-connector/driver.ts";
import { MysqlDriver } from "@chatdb/db-connector/mysql/driver.ts";
import { PostgresqlDriver } from "@chatdb/db-connector/postgresql/driver.ts";
import { createService } from "@chatdb/db-connector/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createMemoryEventBus } from "@platform/kit/memory-event-bus.ts";
import { Problem } from "@platform/kit/problem.ts";
import { createService as createQueryParser } from "@chatdb/query-parser/service.ts";
import { loadMongodb } from "@chatdb/sample-data/mongodb.ts";
import { loadMysql } from "@chatdb/sample-data/mysql.ts";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { parse } from "yaml";
import { startMariadb } from "../../support/mariadb.ts";
import { startMongodb } from "../../support/mongodb.ts";
import { startShop } from "../support/shop.ts";

interface Attack {
  sql?: string;
  collection?: string;
  pipeline?: Record<string, never>[];
  layer: string;
  reason: string;
  /** What refuses it where the look at the statement is left out: a layer, or the server in its own words. */
  behind?: string;
}
type Corpus = Record<Dialect, Record<string, Attack[]>> & { injections: string[] };

const corpus = parse(readFileSync(join(import.meta.dirname, "attacks.yaml"), "utf8")) as Corpus;
const log = createLogger("test", "silent");

const statementOf = ({ sql, collection = "customers", pipeline }: Attack): Statement =>
  sql === undefined ? { collection, pipeline: pipeline! } : { sql, params: [] };
const nameOf = (attack: Attack) => JSON.stringify(attack.sql ?? attack.pipeline).slice(0, 110);

async function drain(batches: AsyncGenerator): Promise<void> {
  while (!(await batches.next()).done);
}

/** A server of one kind with the sample shop in it. */
interface Target {
  settings: DataSourceSettings;
  /** All of its data, in some form. */
  content: () => Promise<unknown>;
  close: () => Promise<void>;
}

const targets: Record<Dialect, (context: Mocha.Context) => Promise<Target>> = {
  postgresql: async () => {
    const shop = await startShop();
    return {
      settings: shop.settings,
      close: () => shop.close(),
      content: () =>
        shop.run(
          "SELECT (SELECT sum(price) FROM products), (SELECT count(*) FROM orders), (SELECT count(*) FROM order_items), (SELECT count(*) FROM customers)",
        ),
    };
  },
  mysql: async (context) => {
    const server = await startMariadb(context);
    const { settings, admin } = server;
    await loadMysql(admin);
    await admin.query("CREATE DATABASE private; CREATE TABLE private.things (secret int)");
    const tables = "products, orders, order_items, customers, categories";
    return {
      settings,
      close: () => server.close(),
      content: async () => (await admin.query(`CHECKSUM TABLE ${tables}`))[0],
    };
  },
  mongodb: async (context) => {
    const server = await startMongodb(context);
    const { settings, db } = server;
    await loadMongodb(db);
    const content = async () => {
      const collections = (await db.listCollections().toArray()).map(({ name }) => name).sort();
      return await Promise.all(collections.map(async (name) => [name, await db.collection(name).countDocuments()]));
    };
    return { settings, close: () => server.close(), content };
  },
};

for (const [dialect, start] of Object.entries(targets) as [Dialect, (typeof targets)[Dialect]][]) {
  describe(`attacks on ${dialect}`, () => {
    let target: Target | undefined;
    let app: FastifyInstance;
    let content: unknown;
    before(async function () {
      this.timeout(180_000);
      target = await start(this);
      content = await target.content();
      app = await createService({ dataSources: [target.settings], log, maxBytes: 100_000 });
    });
    after(async () => {
      await app?.close();
      await target?.close();
    });
    afterEach("leave the data as it was", async () => expect(await target!.content()).to.deep.equal(content));

    for (const [kind, attacks] of Object.entries(corpus[dialect])) {
      describe(kind, () => {
        for (const attack of attacks) {
          it(nameOf(attack), async () => {
            const response = await app.inject({
              method: "POST",
              url: "/datasources/shop/query",
              payload: { ...statementOf(attack), timeout_ms: 3000 },
            });
            const { layer, detail } = response.json<{ layer?: string; detail?: string }>();
            expect(layer, response.body).to.equal(attack.layer);
            expect(detail?.toLowerCase()).to.contain(attack.reason.toLowerCase());
            expect(response.statusCode).to.be.oneOf([400, 403, 413]);
          });
        }
      });
    }

    const second = Object.values(corpus[dialect])
      .flat()
      .filter(({ behind }) => behind !== undefined);
    if (second.length > 0) {
      describe("without the statement check", () => {
        let driver: Driver;
        before(() => {
          const connect = { postgresql: PostgresqlDriver, mysql: MysqlDriver, mongodb: undefined }[dialect]!;
          driver = new connect(target!.settings, () => undefined);
        });
        after(() => driver?.close());
        for (const attack of second) {
          it(`${nameOf(attack)}: ${attack.behind}`, async () => {
            const reading = {
              maxRows: 10,
              timeoutMs: 300,
              batchBytes: 100_000,
              maxCost: undefined,
              signal: new AbortController().signal,
            };
            const problem = await drain(driver.read(statementOf(attack), reading)).then(
              () => undefined,
              (error: unknown) => (error instanceof Problem ? error : driver.problemOf(error)),
            );
            expect(problem, "it was run").to.be.instanceOf(Problem);
            if (attack.behind !== "server") expect(problem!.extra["layer"], problem!.message).to.equal(attack.behind);
          });
        }
      });
    }
  });
}

describe("prompt injections", () => {
  let shop: Awaited<ReturnType<typeof startShop>>;
  let app: FastifyInstance;
  let parser: FastifyInstance;
  before(async function () {
    this.timeout(180_000);
    shop = await startShop();
    for (const [index, text] of corpus.injections.entries()) {
      await shop.database.pool.query("INSERT INTO categories (name, description) VALUES ($1, $1)", [
        `${text} (${index})`,
      ]);
    }
    app = await createService({ dataSources: [shop.settings], log });
    const dbConnectorUrl = await app.listen({ host: "127.0.0.1", port: 0 });
    const bus = createMemoryEventBus();
    await bus.subscribe({ group: "test", topics: [topics.queryEvents], handle: () => Promise.resolve() });
    parser = await createQueryParser({ dbConnectorUrl, bus, log });
  });
  after(async () => {
    await parser?.close();
    await app?.close();
    await shop?.close();
  });

  it("are plain text in stored data", async () => {
    const texts = corpus.injections.map((text, index) => `${text} (${index})`);
    const ask = async (sql: string, params: string[] = []) =>
      (await app.inject({ method: "POST", url: "/datasources/shop/query", payload: { sql, params } })).json<{
        rows: string[][];
      }>().rows;
    expect((await ask("SELECT name FROM categories ORDER BY id DESC LIMIT 12")).map(([name]) => name)).to.have.members(
      texts,
    );
    for (const text of texts)
      expect(await ask("SELECT name FROM categories WHERE name = $1", [text])).to.deep.equal([[text]]);
  });

  for (const question of corpus.injections) {
    it(`become a reading query or none: ${JSON.stringify(question)}`, async () => {
      const response = await parser.inject({
        method: "POST",
        url: "/parse",
        payload: { query: question, datasource: "shop" },
      });
      if (response.statusCode === 422) return;
      expect(response.statusCode, response.body).to.equal(200);
      const { statement } = parseResponse.parse(response.json());
      expect("sql" in statement && statement.sql).to.not.match(/drop|delete|update|union|pg_|where:/i);
      const answer = await app.inject({ method: "POST", url: "/datasources/shop/query", payload: statement });
      expect(answer.statusCode, answer.body).to.equal(200);
    });
  }
});
