import { expect } from "chai";
import { gatewayClient } from "../support/gateway.ts";
import { kubectlJson, podsOf, portForward, type Pod } from "../support/kubectl.ts";
import { psql } from "../support/psql.ts";
import { passIntegrationScenarios } from "./integration-scenarios.ts";
import { layers } from "./layers.ts";
import { loseNothingWhenKilled } from "./pod-kills.ts";
import { stack } from "./stack.ts";

interface Answer {
  readonly statement: { readonly sql: string };
  readonly rows: unknown[][];
  readonly took_ms: number;
}

describe("ChatDB dev on a real Kubernetes", function () {
  this.timeout(600_000);
  const gateway = gatewayClient();
  after(() => gateway.close());

  it("starts no pod of a layer before the previous layer is ready", async () => {
    const layerPods: Pod[][] = [];
    for (const { namespace, names } of layers) {
      layerPods.push((await Promise.all(names.map((name) => podsOf(namespace, name)))).flat());
    }
    const readyAt = (pod: Pod) =>
      Date.parse(pod.status.conditions!.find(({ type }) => type === "Ready")!.lastTransitionTime);
    const startedAt = (pod: Pod) => Date.parse(pod.status.startTime!);
    for (const [number, pods] of layerPods.entries()) {
      expect(pods.length, layers[number]!.names.join(", ")).to.be.at.least(layers[number]!.names.length);
      if (number === 0) continue;
      const earlierReady = Math.max(...layerPods[number - 1]!.map(readyAt));
      for (const pod of pods) expect(startedAt(pod), `${pod.metadata.name} started`).to.be.at.least(earlierReady);
    }
  });

  it("answers a question in plain English with the SQL, the rows and the time taken", async () => {
    const answer = await gateway.post<Answer>("/api/query", { query: "how many customers are there in Germany?" });
    const counted = await psql("shop", "select count(*) from customers where country = 'Germany'");
    expect(answer.statement.sql.toLowerCase()).to.include("count(");
    expect(answer.rows).to.deep.equal([[Number(counted)]]);
    expect(Number(counted)).to.be.greaterThan(0);
    expect(answer.took_ms).to.be.greaterThan(0);
  });

  it("rejects a question that it does not understand with 422", async () => {
    const forward = await portForward("chatdb-services", "service/api-gateway", 80);
    try {
      const response = await fetch(`${forward.url}/api/query`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query: "sing me a song about the sea" }),
      });
      expect(response.status).to.equal(422);
      expect(response.headers.get("content-type")).to.include("application/problem+json");
    } finally {
      forward.close();
    }
  });

  it("passes the three integration scenarios through the gateway with 10 jobs at once", () =>
    passIntegrationScenarios(10));

  it("loses no accepted job and no row when the pod of the engine is killed", () =>
    loseNothingWhenKilled(gateway, ["ml-engine"]));

  it("changes nothing in a second preview", async function () {
    if (!stack.changes) {
      console.log("      skipped: `pulumi` is not on PATH, and rendered manifests cannot tell");
      this.skip();
    }
    const changes = await stack.changes();
    expect(Object.keys(changes)).to.deep.equal(["same"]);
  });

  it("keeps passwords in a second up", async function () {
    if (!stack.changes) {
      console.log("      skipped: a rendering for tests makes up passwords each time");
      this.skip();
    }
    const passwords = async () => {
      const { items } = await kubectlJson<{ items: { metadata: { name: string }; data: unknown }[] }>(
        "get",
        "secrets",
        "--namespace=chatdb-services",
      );
      return items
        .map(({ metadata, data }) => ({ name: metadata.name, data }))
        .sort((a, b) => a.name.localeCompare(b.name));
    };
    const before = await passwords();
    expect(before).to.not.be.empty;
    await stack.up();
    expect(await passwords()).to.deep.equal(before);
  });
});
