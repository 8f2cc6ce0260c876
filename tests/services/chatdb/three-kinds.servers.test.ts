import type { DataSourceSettings } from "@chatdb/db-connector/data-source-settings.ts";
import { temporaryDirectory } from "../../../services/embedded/data-directory.ts";
import { startChatDb, type RunningChatDb } from "@chatdb/embedded/chatdb.ts";
import { loadMongodb } from "@chatdb/sample-data/mongodb.ts";
import { loadMysql } from "@chatdb/sample-data/mysql.ts";
import { expect } from "chai";
import { startMariadb, type TestMariadb } from "../support/mariadb.ts";
import { startMongodb, type TestMongodb } from "../support/mongodb.ts";

interface Answer {
  columns: { name: string }[];
  rows: (string | number)[][];
}

describe("databases of three kinds, two of them added to a running platform", () => {
  let mariadb: TestMariadb | undefined;
  let mongodb: TestMongodb | undefined;
  let platform: RunningChatDb | undefined;
  before(async function () {
    mariadb = await startMariadb(this);
    await loadMysql(mariadb.admin);
    mongodb = await startMongodb(this);
    await loadMongodb(mongodb.db);
    this.timeout(300_000);
    platform = await startChatDb({ host: "127.0.0.1", port: 0, directory: temporaryDirectory(), logLevel: "silent" });
    for (const { settings } of [mariadb, mongodb]) await add(settings);
  });
  after(async () => {
    await platform?.close();
    await mongodb?.close();
    await mariadb?.close();
  });

  async function post(path: string, payload: object, status: number): Promise<unknown> {
    const response = await fetch(platform!.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(payload),
    });
    const body: unknown = await response.json();
    expect(response.status, JSON.stringify(body)).to.equal(status);
    return body;
  }
  const add = ({ dialect, host, port, database, user, password, tls }: DataSourceSettings) =>
    post(
      "/api/datasources",
      { name: dialect, dialect, host, port, database, user, tls, ...(password !== "" && { password }) },
      201,
    );
  const ask = async (query: string, datasource: string) =>
    (await post("/api/query", { query, datasource }, 200)) as Answer;

  /** Numbers of any type, to five digits, and rows in one order where the question asks for none. */
  const comparable = ({ rows }: Answer, ordered: boolean) => {
    const lines = rows.map((row) =>
      JSON.stringify(
        row.map((value) => (value !== "" && Number.isFinite(Number(value)) ? Number(value).toPrecision(5) : value)),
      ),
    );
    return ordered ? lines : lines.sort();
  };

  for (const [question, ordered] of [
    ["how many customers are there in Germany?", false],
    ["the 5 customers with the most orders", true],
    ["average price of products per category", false],
    ["orders placed since March 2025", false],
    ["products that cost more than 100", false],
  ] as const) {
    it(`answer the same: ${question}`, async () => {
      const expected = await ask(question, "shop");
      expect(expected.rows).to.have.length.above(0);
      for (const datasource of ["mysql", "mongodb"]) {
        const answer = await ask(question, datasource);
        // MongoDB calls the key _id.
        expect(
          answer.columns.map(({ name }) => name.replace(/^_/, "")),
          datasource,
        ).to.deep.equal(expected.columns.map(({ name }) => name));
        expect(comparable(answer, ordered), datasource).to.deep.equal(comparable(expected, ordered));
      }
    });
  }
});
