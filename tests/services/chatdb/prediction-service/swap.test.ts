import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { predictResponse } from "@chatdb/contracts/predictions.ts";
import { createLogger } from "@platform/kit/log.ts";
import { createService } from "@chatdb/prediction-service/service.ts";
import { Pool } from "undici";
import { eventually } from "../../support/eventually.ts";
import { FakeRegistry, linear } from "../support/fake-registry.ts";

describe("prediction-service: latest and stages", () => {
  const registry = new FakeRegistry();
  let app: FastifyInstance;
  let name: string;
  const features = { width: 3, colour: "red" };

  before(async () => {
    app = await createService({
      modelRegistryUrl: await registry.start(),
      referenceTtlMs: 40,
      log: createLogger("test", "silent"),
    });
    await app.listen({ host: "127.0.0.1", port: 0 });
  });
  beforeEach(() => {
    registry.mood = "well";
    registry.artifactGate = Promise.resolve();
    name = `model-${randomUUID()}`;
    for (const constant of [100, 200, 300]) registry.add(name, linear(constant));
  });
  after(async () => {
    await app.close();
    await registry.stop();
  });

  const ask = (version?: string | number) =>
    app.inject({
      method: "POST",
      url: "/predict",
      payload: { model_name: name, features, ...(version !== undefined && { version }) },
    });
  const versionOf = async (reference: string) => {
    const answer = await ask(reference);
    expect(answer.statusCode, answer.body).to.equal(200);
    return predictResponse.parse(answer.json()).model.version;
  };

  it("resolve to the registry's version, and follow its changes", async () => {
    registry.stages.set(name, { production: 1, staging: 2 });
    expect([await versionOf("production"), await versionOf("staging"), await versionOf("latest")]).to.deep.equal([
      1, 2, 3,
    ]);
    registry.stages.set(name, { production: 2, staging: 3 });
    await eventually(async () =>
      expect([await versionOf("production"), await versionOf("staging")]).to.deep.equal([2, 3]),
    );
  });

  it("answer 404 if the registry has no such version, also after it had one", async () => {
    expect((await ask("production")).statusCode).to.equal(404);
    registry.stages.set(name, { production: 1 });
    expect(await versionOf("production")).to.equal(1);
    registry.stages.delete(name);
    await eventually(async () => expect((await ask("production")).statusCode).to.equal(404));
    expect((await ask("archived")).statusCode).to.equal(400);
  });

  it("serve the former version until the new one is loaded", async () => {
    registry.stages.set(name, { production: 1 });
    expect(await versionOf("production")).to.equal(1);
    const loading = Promise.withResolvers<void>();
    registry.artifactGate = loading.promise;
    registry.stages.set(name, { production: 2 });
    await eventually(async () => {
      expect(await versionOf("production")).to.equal(1);
      expect(registry.calls).to.include(`/models/${name}/2/artifact`);
    });
    expect(await versionOf("production")).to.equal(1);
    loading.resolve();
    await eventually(async () => expect(await versionOf("production")).to.equal(2));
  });

  it("keep the former version while the new one cannot be loaded", async () => {
    registry.stages.set(name, { production: 1 });
    expect(await versionOf("production")).to.equal(1);
    registry.mood = "damaging";
    registry.stages.set(name, { production: 2 });
    await eventually(async () => {
      expect(await versionOf("production")).to.equal(1);
      expect(registry.calls.filter((call) => call === `/models/${name}/2/artifact`).length).to.be.above(1);
    });
    registry.mood = "well";
    await eventually(async () => expect(await versionOf("production")).to.equal(2));
  });

  it("change under load without a failed request or a step back", async () => {
    registry.stages.set(name, { production: 1 });
    const pool = new Pool(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, { connections: 8 });
    const body = JSON.stringify({ model_name: name, version: "production", features });
    let swapping = true;
    const seen = new Set<number>();
    const callers = Array.from({ length: 8 }, async () => {
      while (swapping) {
        const answer = await pool.request({
          method: "POST",
          path: "/predict",
          headers: { "content-type": "application/json" },
          body,
        });
        const text = await answer.body.text();
        expect(answer.statusCode, text).to.equal(200);
        const { prediction, model } = predictResponse.parse(JSON.parse(text));
        expect(prediction).to.equal(100 * model.version + 11);
        seen.add(model.version);
      }
    });
    for (let swap = 1; swap <= 12; swap++) {
      const version = (swap % 3) + 1;
      registry.stages.set(name, { production: version });
      seen.clear();
      await Promise.race([Promise.all(callers), eventually(() => expect(seen).to.include(version))]);
    }
    swapping = false;
    await Promise.all(callers);
    await pool.close();
  }).timeout(20_000);
});
