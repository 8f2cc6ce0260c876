import { expect } from "chai";
import fc from "fast-check";
import { routes } from "@chatdb/api-gateway/routes.ts";
import { runningGateway } from "./running-gateway.ts";

describe("api-gateway: forwarded paths", () => {
  const { upstreams, saw, ask } = runningGateway();

  for (const { prefix, upstream, only } of routes) {
    for (const outer of [prefix, `/api${prefix}`]) {
      it(`${outer} goes to ${upstream}`, async () => {
        await ask(`${outer}?q=${encodeURIComponent("?/ä")}`);
        await ask(outer);
        expect(upstreams.seen.map(({ by, url }) => `${by} ${url}`)).to.deep.equal([
          `${upstream} ${only ?? prefix}?q=%3F%2F%C3%A4`,
          `${upstream} ${only ?? prefix}`,
        ]);
      });

      it(`${outer}/… goes to ${only === undefined ? upstream : "nobody"}`, async () => {
        const { status } = await ask(`${outer}/a%20b%2Fc/d?x=1&y=%26&x=2`);
        if (only === undefined)
          expect(upstreams.seen.map(({ by, url }) => `${by} ${url}`)).to.deep.equal([
            `${upstream} ${prefix}/a%20b%2Fc/d?x=1&y=%26&x=2`,
          ]);
        else expect({ status, seen: upstreams.seen }).to.deep.equal({ status: 404, seen: [] });
      });
    }
  }

  for (const path of [
    "/models/../jobs",
    "/models/%2e%2e/jobs",
    "/models/.%2E/jobs",
    "/models/a\\..\\..\\metrics",
    "/models/..%5cmetrics",
    "/models\\..\\jobs",
    "/models/%2e%2e%2fjobs",
    "/models/..",
    "/api/models/../../metrics",
    "/engine/../jobs",
    "/%6dodels/../jobs",
  ]) {
    it(`refuses ${path}`, async () => {
      const { status, type } = await ask(path);
      expect(status).to.be.oneOf([400, 404]);
      expect(type).to.include("application/problem+json");
      expect(upstreams.seen).to.deep.equal([]);
    });
  }

  it("accepts dots inside of a name", async () => {
    await ask("/datasets/a..b/c..csv");
    expect(saw().url).to.equal("/datasets/a..b/c..csv");
  });

  it("accepts a prefix with encoded characters, and an absolute URL", async () => {
    await ask("/%6dodels/x");
    await ask("/api/%6a%6Fbs/7?a=b");
    await ask("http://example.com/models/x?y");
    expect(upstreams.seen.map(({ url }) => url)).to.deep.equal(["/models/x", "/jobs/7?a=b", "/models/x?y"]);
  });

  it("forwards any path only to the upstream that owns the prefix", async () => {
    const segment = fc.oneof(
      fc.constantFrom(
        "..",
        ".",
        "%2e%2e",
        "",
        "\\",
        "..\\",
        "%5c",
        "%2f",
        "jobs",
        "models",
        "api",
        "metrics",
        "%",
        "#",
        "?",
      ),
      fc.string({ maxLength: 4 }).map((text) => encodeURIComponent(text.toWellFormed())),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("models", "api/models", "jobs", "%6dodels"),
        fc.array(segment, { maxLength: 5 }),
        async (first, rest) => {
          upstreams.reset();
          const { status } = await ask(`/${[first, ...rest].join("/")}`);
          expect(status).to.be.oneOf([200, 400, 404]);
          for (const { by, url } of upstreams.seen) {
            const owned = { modelRegistry: "/models", trainingOrchestrator: "/jobs" }[by as string]!;
            expect(new URL(url, "http://x").pathname).to.match(new RegExp(`^${owned}($|/)`));
            expect(by).to.equal(first === "jobs" ? "trainingOrchestrator" : "modelRegistry");
          }
        },
      ),
      { numRuns: 200, interruptAfterTimeLimit: 2000 },
    );
  });

  for (const path of ["/nothing", "/api", "/api/nothing", "/modelsx", "//models", "/actuator/health"]) {
    it(`answers 404 for ${path}`, async () => {
      const { status, type, json } = await ask(path);
      expect([status, json?.status]).to.deep.equal([404, 404]);
      expect(type).to.include("application/problem+json");
      expect(upstreams.seen).to.deep.equal([]);
    });
  }

  it("answers 400 for a path with invalid encoding", async () => {
    expect((await ask("/models/%zz")).status).to.equal(400);
    expect(upstreams.seen).to.deep.equal([]);
  });
});
