import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { expect } from "chai";
import { createS3ObjectStore } from "@platform/kit/s3-object-store.ts";

describe("S3 object store with an unresponsive server", () => {
  let server: Server;
  let listener: RequestListener;
  let asked: number;
  let store: ReturnType<typeof createS3ObjectStore>;

  before(async () => {
    server = createServer((request, response) => {
      asked++;
      listener(request, response);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const S3_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    store = createS3ObjectStore(
      { S3_ENDPOINT, S3_REGION: "us-east-1", S3_ACCESS_KEY_ID: "id", S3_SECRET_ACCESS_KEY: "secret" },
      { answerMs: 200, silenceMs: 300 },
    );
  });
  beforeEach(() => {
    asked = 0;
  });
  after(() => {
    store.close();
    server.closeAllConnections();
    server.close();
  });

  it("retries, and switches to another server", async () => {
    listener = (_request, response) => void (asked === 3 && response.end("bytes"));
    const body = await store.get("bucket", "key");
    expect((await buffer(body!)).toString()).to.equal("bytes");
    expect(asked).to.equal(3);
  });

  it("gives up after the timeout", async () => {
    listener = () => undefined;
    expect(await store.get("bucket", "key").catch((error: unknown) => error))
      .to.be.instanceOf(Error)
      .with.property("name", "TimeoutError");
    expect(await store.put("bucket", "key", Buffer.from("x")).catch((error: unknown) => error))
      .to.be.instanceOf(Error)
      .with.property("name", "TimeoutError");
  });

  it("fails when the server stops in the middle of an object", async () => {
    listener = (_request, response) => void response.writeHead(200, { "content-length": "100" }).write("half");
    const body = await store.get("bucket", "key");
    expect(await buffer(body!).catch((error: unknown) => error)).to.be.instanceOf(Error);
  });
});
