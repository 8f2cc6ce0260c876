import type { Run } from "@chatdb/test-service/report.ts";
import { reportPage } from "@chatdb/test-service/report-html.ts";
import { expect as check, runScenario, waitUntil } from "@chatdb/test-service/scenario.ts";
import { createService } from "@chatdb/test-service/service.ts";
import { createLogger } from "@platform/kit/log.ts";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

// That the scenarios pass against a platform that works is tested with the platform.

const scenarios = ["End-to-End Query Processing", "ML Training Pipeline", "Concurrent Job Processing"];

describe("test-service", () => {
  describe("scenario", () => {
    const steps = ["one", "two", "three"];

    it("passes if all steps pass, and keeps their evidence", async () => {
      const result = await runScenario({
        name: "fine",
        steps,
        run: async (step) => {
          for (const name of steps) await step(name, () => Promise.resolve({ saw: name }));
        },
      });
      expect(result.status).to.equal("passed");
      expect(result.steps.map(({ name, status, evidence }) => [name, status, evidence.saw])).to.deep.equal(
        steps.map((name) => [name, "passed", name]),
      );
    });

    it("fails at the first failing step with its evidence, and skips the others", async () => {
      const result = await runScenario({
        name: "broken",
        steps,
        run: async (step) => {
          await step("one", () => Promise.resolve({}));
          await step("two", () => {
            check(false, "three is not two", { seen: 3 });
            return Promise.resolve({});
          });
          throw new Error("never reached");
        },
      });
      expect(result.status).to.equal("failed");
      expect(result.steps.map(({ status }) => status)).to.deep.equal(["passed", "failed", "skipped"]);
      expect(result.steps[1]).to.deep.include({ error: "three is not two", evidence: { seen: 3 } });
    });

    it("fails if it omits a step", async () => {
      expect(
        (await runScenario({ name: "lazy", steps, run: (step) => step("one", () => Promise.resolve({})) })).status,
      ).to.equal("failed");
    });

    it("waits for a condition, and reports the last answer after the deadline", async () => {
      let count = 0;
      expect(
        await waitUntil(
          "three",
          () => Promise.resolve((count += 1)),
          (n) => n === 3,
        ),
      ).to.equal(3);
      const error: unknown = await waitUntil(
        "never",
        () => Promise.resolve("still"),
        () => false,
        10,
      ).catch((reason: unknown) => reason);
      expect(error).to.deep.include({ message: "never: not within 0.01 s", evidence: { last: '"still"' } });
    });
  });

  describe("report page", () => {
    const page = (over: Partial<Run>) =>
      reportPage({
        run_id: "4f1c5a53-1f0d-4c0d-9a53-3d6a6c8a1b2c",
        status: "passed",
        gateway: "http://gateway",
        started_at: "2026-01-01T00:00:00.000Z",
        scenarios: [],
        ...over,
      });

    it("shows evidence as text", () => {
      const evil = `<img src=x onerror="alert('&')">`;
      const step = { name: evil, status: "failed" as const, took_ms: 5, evidence: { [evil]: [evil] }, error: evil };
      const html = page({ scenarios: [{ name: evil, status: "failed", took_ms: 5, steps: [step] }] });
      expect(html).not.to.include("<img");
      expect(html.split("&lt;img src=x onerror=").length - 1).to.equal(5);
    });

    it("reloads itself while the run is running", () => {
      expect(page({ status: "running" })).to.include('http-equiv="refresh"');
      expect(page({ status: "failed" })).not.to.include('http-equiv="refresh"');
    });
  });

  describe("without a gateway", () => {
    let app: FastifyInstance;
    before(async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      server.close();
      app = await createService({ gatewayUrl: `http://127.0.0.1:${port}`, log: createLogger("test", "silent") });
    });
    after(() => app.close());

    it("is alive", async () => {
      expect((await app.inject("/")).statusCode).to.equal(200);
    });

    it("reports every scenario as failed, with the reason, as JSON and as a page", async () => {
      const begun = await app.inject({ method: "POST", url: "/runs" });
      expect(begun.statusCode).to.equal(202);
      const { run_id } = begun.json<Run>();
      const run = await waitUntil(
        "the run ends",
        async () => (await app.inject(`/runs/${run_id}`)).json<Run>(),
        ({ status }) => status !== "running",
      );
      expect(run.status).to.equal("failed");
      expect(run.scenarios.map(({ name, status }) => [name, status])).to.deep.equal(
        scenarios.map((name) => [name, "failed"]),
      );
      expect(run.scenarios[0]!.steps[0]!.error).to.include("127.0.0.1");
      expect(run.scenarios[0]!.steps.slice(1).map(({ status }) => status)).to.deep.equal([
        "skipped",
        "skipped",
        "skipped",
      ]);
      const page = await app.inject(begun.headers.location!);
      expect(page.headers["content-type"]).to.equal("text/html; charset=utf-8");
      for (const name of scenarios) expect(page.body).to.include(name);
    });

    it("runs one run at a time", async () => {
      const [first, second] = await Promise.all([
        app.inject({ method: "POST", url: "/runs" }),
        app.inject({ method: "POST", url: "/runs" }),
      ]);
      expect([first.statusCode, second.statusCode].sort()).to.deep.equal([202, 409]);
      const { run_id } = (first.statusCode === 202 ? first : second).json<Run>();
      await waitUntil(
        "the run ends",
        async () => (await app.inject(`/runs/${run_id}`)).json<Run>(),
        ({ status }) => status !== "running",
      );
    });

    it("answers 404 for an unknown run", async () => {
      expect((await app.inject("/runs/4f1c5a53-1f0d-4c0d-9a53-3d6a6c8a1b2c")).statusCode).to.equal(404);
    });
  });
});
