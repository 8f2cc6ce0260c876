import { createHash } from "node:crypto";
import { once } from "node:events";
import { request as openRequest } from "node:http";
import { Readable } from "node:stream";
import { expect } from "chai";
import { eventually } from "../../support/eventually.ts";
import { runningGateway } from "./running-gateway.ts";
import { digestOf } from "./upstreams.ts";

const MiB = 1024 * 1024;

/** `count` different mebibytes; the sum is of them all. */
function mebibytes(count: number): { stream: Readable; sha256: string } {
  const block = (i: number) => Buffer.alloc(MiB, `block ${i},`);
  const hash = createHash("sha256");
  for (let i = 0; i < count; i++) hash.update(block(i));
  function* blocks() {
    for (let i = 0; i < count; i++) yield block(i);
  }
  return { stream: Readable.from(blocks()), sha256: hash.digest("hex") };
}

/** Bytes by which the process grew at most while `work` ran. */
async function growthDuring(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
  await work().finally(() => clearInterval(watch));
  return most - before;
}

describe("api-gateway: streamed bodies", () => {
  const { upstreams, saw, ask, open, address } = runningGateway();

  it("streams an upload of 50 MiB without buffering it", async () => {
    const { stream, sha256 } = mebibytes(50);
    const growth = await growthDuring(() =>
      ask("/datasets/big", { method: "PUT", headers: { "content-type": "text/csv" }, body: stream }),
    );
    expect(saw()).to.include({ bytes: 50 * MiB, sha256 });
    expect(growth).to.be.below(150 * MiB);
  });

  it("streams a download of 50 MiB without buffering it", async () => {
    const { stream, sha256 } = mebibytes(50);
    upstreams.instead.modelRegistry = (_request, response) =>
      void stream.pipe(response.writeHead(200, { "content-length": String(50 * MiB) }));
    const growth = await growthDuring(async () => {
      const answer = await open("/api/models/m/1/artifact");
      expect(answer.headers["content-length"]).to.equal(String(50 * MiB));
      expect(await digestOf(answer)).to.deep.equal({ bytes: 50 * MiB, sha256 });
    });
    expect(growth).to.be.below(150 * MiB);
  });

  it("forwards the beginning of an upload before its end arrives", async () => {
    const pieces: string[] = [];
    upstreams.instead.modelRegistry = (request, response) =>
      void request.on("data", (piece) => pieces.push(String(piece))).once("end", () => response.end());
    const { hostname, port } = address();
    const upload = openRequest({ hostname, port, path: "/datasets/d", method: "PUT", agent: false });
    upload.write("first");
    await eventually(() => expect(pieces).to.deep.equal(["first"]));
    upload.end("last");
    const [answer] = (await once(upload, "response")) as [Readable];
    answer.resume();
    await once(answer, "end");
    expect(pieces.join("")).to.equal("firstlast");
  });

  it("forwards the beginning of a download before its end arrives", async () => {
    let finish = () => {};
    upstreams.instead.modelRegistry = (_request, response) => {
      response.writeHead(200).write("first");
      finish = () => void response.end("last");
    };
    const answer = await open("/models/m/1/artifact");
    expect(String((await once(answer, "data"))[0])).to.equal("first");
    finish();
    expect(String((await once(answer, "data"))[0])).to.equal("last");
  });

  it("ends a download at the upstream when the client disconnects", async () => {
    let left = false;
    upstreams.instead.modelRegistry = (_request, response) => {
      response.once("close", () => (left = true));
      response.writeHead(200).write("begin");
    };
    (await open("/models/m/1/artifact")).destroy();
    await eventually(() => expect(left).to.equal(true));
  });

  it("ends a request at the upstream when the client disconnects before the answer begins", async () => {
    let arrived = false;
    let left = false;
    upstreams.instead.dbConnector = (request, response) => {
      arrived = true;
      request.resume();
      response.once("close", () => (left = true));
    };
    const { hostname, port } = address();
    const asking = openRequest({ hostname, port, path: "/datasources/shop/query", method: "POST", agent: false });
    asking.on("error", () => {});
    asking.end("{}");
    await eventually(() => expect(arrived).to.equal(true));
    asking.destroy();
    await eventually(() => expect(left).to.equal(true));
  });

  it("ends an upload at the upstream when the client disconnects", async () => {
    let begun = false;
    let left = false;
    upstreams.instead.modelRegistry = (request) => {
      request.once("data", () => (begun = true)).once("error", () => (left = true));
    };
    const { hostname, port } = address();
    const upload = openRequest({ hostname, port, path: "/datasets/d", method: "PUT", agent: false });
    upload.on("error", () => {});
    upload.write("begin");
    await eventually(() => expect(begun).to.equal(true));
    upload.destroy();
    await eventually(() => expect(left).to.equal(true));
  });
});
