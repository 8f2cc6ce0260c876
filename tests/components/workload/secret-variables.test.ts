import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { asEnv, secretVariables } from "../../../components/workload/secret-variables.ts";
import { object, objects } from "../../../render/objects.ts";
import { run } from "../../support/program.ts";

async function made(values: Record<string, string>) {
  const resources = await run(() => {
    const parent = new pulumi.ComponentResource("test:index:Consumer", "consumer");
    const env = asEnv(secretVariables("consumer", values, { namespace: "apps" }, parent));
    return new k8s.batch.v1.Job("consumer", {
      spec: { template: { spec: { containers: [{ name: "consumer", env }] } } },
    });
  });
  return { resources, env: object(resources, "Job", "consumer").spec.template.spec.containers[0]!.env as unknown };
}

describe("secret variables", () => {
  it("refer to one Secret, sorted by name, without plain values", async () => {
    const { resources, env } = await made({ TOKEN: "a-token", KEY: "a-key" });
    const { metadata, stringData, immutable } = object(resources, "Secret", "consumer");
    expect({ namespace: metadata.namespace, stringData, immutable }).to.deep.equal({
      namespace: "apps",
      stringData: { TOKEN: "a-token", KEY: "a-key" },
      immutable: true,
    });
    expect(env).to.deep.equal(
      ["KEY", "TOKEN"].map((key) => ({ name: key, valueFrom: { secretKeyRef: { name: metadata.name, key } } })),
    );
  });

  it("refer to a new Secret when a value changes, so that pods restart", async () => {
    const name = async (value: string) =>
      object((await made({ KEY: value })).resources, "Secret", "consumer").metadata.name;
    expect(await name("one")).to.equal(await name("one"));
    expect(await name("one")).to.not.equal(await name("another"));
  });

  it("make no Secret and no variables when nothing is secret", async () => {
    const { resources, env } = await made({});
    expect({ env, secrets: objects(resources, "Secret") }).to.deep.equal({ env: undefined, secrets: [] });
  });
});
