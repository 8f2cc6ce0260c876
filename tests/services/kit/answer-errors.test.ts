import { expect } from "chai";
import { createLogger } from "@platform/kit/log.ts";
import { createServer } from "@platform/kit/server.ts";

describe("transient error", () => {
  const failing = {
    "a refused connection": Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
    "all addresses refused": new AggregateError([Object.assign(new Error("refused"), { code: "ECONNREFUSED" })]),
    "PostgreSQL shutting down": Object.assign(new Error("terminating connection"), { code: "57P01" }),
    "PostgreSQL without room on its disk": Object.assign(new Error("could not extend file: No space left on device"), {
      code: "53100",
    }),
    "a broken connection": new Error("Connection terminated unexpectedly"),
  };
  for (const [what, error] of Object.entries(failing)) {
    it(`is answered with 503 and Retry-After: ${what}`, async () => {
      const app = createServer({ name: "test", log: createLogger("test", "silent") });
      app.get("/", () => Promise.reject(error));
      const { statusCode, headers } = await app.inject("/");
      expect(statusCode).to.equal(503);
      expect(headers).to.include({ "retry-after": "1", "content-type": "application/problem+json" });
      await app.close();
    });
  }

  it("is distinguished from an internal error, which stays 500", async () => {
    const app = createServer({ name: "test", log: createLogger("test", "silent") });
    app.get("/", () => Promise.reject(Object.assign(new Error("relation does not exist"), { code: "42P01" })));
    expect((await app.inject("/")).statusCode).to.equal(500);
    await app.close();
  });
});

describe("malformed path", () => {
  it("is answered with a problem", async () => {
    const app = createServer({ name: "test", log: createLogger("test", "silent") });
    app.get("/things/:name", () => "");
    const { statusCode, headers } = await app.inject("/things/%zz");
    expect(statusCode).to.equal(400);
    expect(headers["content-type"]).to.equal("application/problem+json");
    await app.close();
  });
});
