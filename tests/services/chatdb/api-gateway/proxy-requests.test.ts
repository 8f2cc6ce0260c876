import { createHash } from "node:crypto";
import { expect } from "chai";
import { runningGateway } from "./running-gateway.ts";

describe("api-gateway: forwarded requests", () => {
  const { saw, ask, address } = runningGateway();

  for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
    it(`forwards ${method} as ${method}`, async () => {
      const { status, text } = await ask("/models/m", { method });
      expect(status).to.equal(200);
      expect(saw().method).to.equal(method);
      expect(text === "").to.equal(method === "HEAD");
    });
  }

  it("forwards headers except those of the connection and the gateway's own", async () => {
    const { host } = address();
    await ask("/models", {
      headers: {
        authorization: "Bearer t",
        "x-chatdb-user": "root",
        accept: "text/csv",
        "x-own": "1",
        "keep-alive": "timeout=9",
        connection: "x-hop",
        "x-hop": "2",
        host,
      },
    });
    const { headers } = saw();
    expect(headers).to.include({ accept: "text/csv", "x-own": "1" });
    expect(headers).to.not.have.any.keys("keep-alive", "x-hop", "authorization", "x-chatdb-user");
    expect(headers.host).to.not.equal(host);
  });

  it("gives a request an id, and sends it to upstream and client", async () => {
    const { headers } = await ask("/models");
    expect(headers["x-request-id"]).to.match(/^[0-9a-f-]{36}$/);
    expect(saw().headers["x-request-id"]).to.equal(headers["x-request-id"]);
  });

  it("keeps the id of a request that has one", async () => {
    const { headers } = await ask("/models", { headers: { "x-request-id": "abc-1" } });
    expect([headers["x-request-id"], saw().headers["x-request-id"]]).to.deep.equal(["abc-1", "abc-1"]);
  });

  for (const [type, body] of [
    ["text/csv", "a,b\n1,2\n"],
    ["application/json", "{ not json"],
    ["application/octet-stream", "\0\x01"],
    ["no/such+type; a=b", "x"],
    ["", "no type"],
  ] as const) {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      it(`forwards ${method} with ${type || "no type"} unchanged`, async () => {
        await ask("/datasets/d", {
          method,
          headers: { ...(type && { "content-type": type }), "content-length": String(Buffer.byteLength(body)) },
          body,
        });
        expect(saw()).to.deep.include({
          method,
          bytes: Buffer.byteLength(body),
          sha256: createHash("sha256").update(body).digest("hex"),
        });
        expect(saw().headers["content-type"]).to.equal(type || undefined);
      });
    }
  }

  it("accepts a body that the client announces with expect: 100-continue, as curl does", async () => {
    const { status } = await ask("/datasets/d", {
      method: "PUT",
      headers: { expect: "100-continue", "content-type": "text/csv" },
      body: "a\n1\n",
    });
    expect(status).to.equal(200);
    expect(saw().bytes).to.equal(4);
  });

  it("drops the body of a GET", async () => {
    const { status } = await ask("/models", {
      headers: { "content-length": "2", "content-type": "text/plain" },
      body: "hi",
    });
    expect(status).to.equal(200);
    expect(saw()).to.include({ method: "GET", bytes: 0 });
  });
});
