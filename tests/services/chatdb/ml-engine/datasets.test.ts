import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { FastifyInstance } from "fastify";
import { createService as createConnector } from "@chatdb/db-connector/service.ts";
import { AddressRules } from "@platform/kit/address-rules.ts";
import { createLogger } from "@platform/kit/log.ts";
import type { ObjectStore } from "@platform/kit/object-store.ts";
import { limitBytes, type DatasetSources } from "@chatdb/ml-engine/datasets/dataset-file.ts";
import { openDataset } from "@chatdb/ml-engine/datasets/open-dataset.ts";
import { JobError } from "@chatdb/ml-engine/training/job-error.ts";
import { expect } from "chai";
import { startShop, type TestShop } from "../support/shop.ts";

const { signal } = new AbortController();
const web = (ranges: string[]) =>
  new AddressRules({ what: "datasets", setting: "chatdb:training.webDatasets", ranges });
const noObjects = {} as ObjectStore;

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).to.be.instanceOf(Error);
  return error as Error;
}

/** What a rejected promise says; fails when it is not rejected with a JobError. */
async function reasonOf(promise: Promise<unknown>): Promise<string> {
  const error = await errorOf(promise);
  expect(error).to.be.instanceOf(JobError);
  return error.message;
}

describe("datasets from the web", () => {
  let server: Server;
  let url: string;
  const heads: Record<string, [status: number, headers: Record<string, string>]> = {
    "/a.csv": [200, { "content-type": "text/csv" }],
    "/a.jsonl": [200, {}],
    "/rows?of=today": [200, { "content-type": "application/x-ndjson" }],
    "/page": [200, { "content-type": "text/html; charset=utf-8" }],
    "/packed.csv": [200, { "content-encoding": "gzip" }],
    "/missing.csv": [404, {}],
    "/busy.csv": [503, {}],
    "/long.csv": [200, { "content-length": "5000" }],
  };
  before(async () => {
    server = createServer((request, response) => {
      const [status, headers] = heads[request.url!]!;
      response
        .writeHead(status, headers)
        .end(headers["content-length"] === undefined ? "a,b\n1,2\n" : "x".repeat(5000));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const sources = (ranges = ["127.0.0.0/8"]): DatasetSources => ({
    objects: noObjects,
    buckets: [],
    maxBytes: 1000,
    web: web(ranges),
    dbConnectorUrl: url,
  });
  const open = (path: string) => openDataset(sources(), url + path, signal);

  it("are CSV or JSON lines, by content type or path", async () => {
    for (const [path, format] of [
      ["/a.csv", "csv"],
      ["/a.jsonl", "json-lines"],
      ["/rows?of=today", "json-lines"],
    ] as const) {
      const file = await open(path);
      expect(file.format, path).to.equal(format);
      expect(await text(file.body)).to.equal("a,b\n1,2\n");
    }
  });

  it("fail permanently or transiently, as the cause is", async () => {
    expect(await reasonOf(open("/page"))).to.include("is a web page, not a dataset");
    expect(await reasonOf(open("/packed.csv"))).to.include("is compressed (gzip)");
    expect(await reasonOf(open("/missing.csv"))).to.include("answered 404");
    expect(await reasonOf(open("/long.csv"))).to.equal("The dataset has 5000 bytes; it takes at most 1000.");
    expect(await reasonOf(openDataset(sources(["10.0.0.0/8"]), `${url}/a.csv`, signal))).to.include(
      "the operator says in the setting chatdb:training.webDatasets",
    );
    expect(
      await reasonOf(openDataset(sources(["127.0.0.0/8"]), "https://no-such-host.invalid/a.csv", signal)),
    ).to.include("cannot be found");
    for (const address of [`${url}/busy.csv`, "http://127.0.0.1:1/a.csv"])
      expect(await errorOf(openDataset(sources(), address, signal)), address).to.not.be.instanceOf(JobError);
  });
});

describe("datasets from a query", () => {
  let shop: TestShop;
  let connector: FastifyInstance;
  let sources: DatasetSources;
  before(async function () {
    this.timeout(60_000);
    shop = await startShop();
    connector = await createConnector({ dataSources: [shop.settings], log: createLogger("test", "silent") });
    const dbConnectorUrl = await connector.listen({ host: "127.0.0.1", port: 0 });
    sources = { objects: noObjects, buckets: [], maxBytes: 1e6, web: web([]), dbConnectorUrl };
  });
  after(async () => {
    await connector.close();
    await shop.close();
  });
  const open = (datasource: string, sql: string) =>
    openDataset(sources, `query://${datasource}?${encodeURIComponent(sql)}`, signal);

  it("are read as CSV", async () => {
    const file = await open("shop", "SELECT 1 AS a, '=b%' AS b UNION ALL SELECT 2, NULL ORDER BY 1");
    expect([file.format, await text(file.body)]).to.deep.equal(["csv", "a,b\r\n1,=b%\r\n2,\r\n"]);
  });

  it("fail with the data source's reason", async () => {
    expect(await reasonOf(open("shop", "DELETE FROM customers"))).to.include(
      'The data source "shop" does not give these rows: ',
    );
    expect(await reasonOf(open("shop", "SELECT nothing FROM customers"))).to.include("nothing");
    expect(await reasonOf(open("none", "SELECT 1"))).to.include('"none"');
    expect(await reasonOf(open("No!", "SELECT 1"))).to.include("is not the name of a data source");
    expect(await reasonOf(openDataset(sources, "query://shop?100%", signal))).to.include("not URL-encoded");
    const away = await errorOf(
      openDataset({ ...sources, dbConnectorUrl: "http://127.0.0.1:1" }, "query://shop?SELECT%201", signal),
    );
    expect(away).to.not.be.instanceOf(JobError);
  });
});

describe("a dataset that is being read", () => {
  it("reports progress, and fails at too many bytes", async () => {
    const told: [number, string][] = [];
    const body = new PassThrough();
    const file = limitBytes({ body, format: "csv", bytes: 2_000_000 }, 2_000_000, (...each) => told.push(each));
    const read = text(file);
    body.write(Buffer.alloc(500_000));
    body.end(Buffer.alloc(1_500_000));
    await read;
    expect(told[0]).to.deep.equal([0.25, "reading the dataset: 0.5 of 2.0 MB"]);
    expect(told.at(-1)).to.deep.equal([1, "reading the dataset: 2.0 of 2.0 MB"]);
    const endless = new PassThrough();
    const cut = text(limitBytes({ body: endless, format: "csv" }, 10, () => undefined));
    endless.write(Buffer.alloc(11));
    expect(await reasonOf(cut)).to.include("at most 10");
    expect(endless.destroyed).to.equal(true);
  });
});
