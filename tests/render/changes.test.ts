import * as k8s from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
import { expect } from "chai";
import { changes, type Change } from "../../render/changes.ts";
import { run } from "../support/program.ts";

/** Returns the change of each resource between two programs, written `action name: properties`. */
async function between(before: () => unknown, after: () => unknown): Promise<string[]> {
  return changes(await run(before), await run(after)).map(line);
}

function line({ action, resource: { name }, properties, deletedFirst }: Change): string {
  return `${action} ${name}${properties.length > 0 ? `: ${properties.join(", ")}` : ""}${deletedFirst ? " (deleted first)" : ""}`;
}

const deployment = (spec: object) =>
  new k8s.apps.v1.Deployment("web", { metadata: { name: "web" }, spec: spec as never });
const template = (image: string, env: object[] = []) => ({ spec: { containers: [{ name: "web", image, env }] } });
const statefulSet = (spec: object) =>
  new k8s.apps.v1.StatefulSet("db", { metadata: { name: "db" }, spec: spec as never });
const volume = (storage: string) => ({ volumeClaimTemplates: [{ spec: { resources: { requests: { storage } } } }] });

/** Makes a Deployment that reads a ConfigMap with a generated name. */
function configured(value: string, labels: Record<string, string> = {}) {
  const config = new k8s.core.v1.ConfigMap("config", { metadata: { labels }, data: { value } });
  deployment({ template: { spec: { volumes: [{ name: "config", configMap: { name: config.metadata.name } }] } } });
}

describe("changes between two recordings", () => {
  const cases: Record<string, [before: () => unknown, after: () => unknown, ...expected: string[]]> = {
    "finds no change between equal programs": [() => configured("a"), () => configured("a")],
    "creates a new resource": [() => undefined, () => deployment({}), "create web"],
    "deletes a missing resource": [() => deployment({}), () => undefined, "delete web"],
    "updates a Deployment when its image changes": [
      () => deployment({ template: template("web:1") }),
      () => deployment({ template: template("web:2") }),
      "update web: spec.template.spec.containers.0.image",
    ],
    "updates a Deployment when it gets another variable": [
      () => deployment({ template: template("web:1", [{ name: "A" }]) }),
      () => deployment({ template: template("web:1", [{ name: "A" }, { name: "B" }]) }),
      "update web: spec.template.spec.containers.0.env",
    ],
    "replaces a Deployment when its selector changes": [
      () => deployment({ selector: { matchLabels: { app: "a" } } }),
      () => deployment({ selector: { matchLabels: { app: "b" } } }),
      "replace web: spec.selector (deleted first)",
    ],
    "replaces a named object when its namespace changes": [
      () => new k8s.core.v1.Service("web", { metadata: { name: "web", namespace: "a" } }),
      () => new k8s.core.v1.Service("web", { metadata: { name: "web", namespace: "b" } }),
      "replace web: metadata.namespace",
    ],
    "updates a StatefulSet when its replicas change": [
      () => statefulSet({ replicas: 1 }),
      () => statefulSet({ replicas: 3 }),
      "update db: spec.replicas",
    ],
    "replaces a StatefulSet when the size of its volumes changes": [
      () => statefulSet(volume("1Gi")),
      () => statefulSet(volume("2Gi")),
      "replace db: spec.volumeClaimTemplates (deleted first)",
    ],
    "replaces an object with a generated name when its content changes, and updates its users": [
      () => configured("a"),
      () => configured("b"),
      "replace config: data",
      "update web: spec.template.spec.volumes.0.configMap.name",
    ],
    "updates an object with a generated name when its labels change": [
      () => configured("a"),
      () => configured("a", { team: "a" }),
      "update config: metadata.labels.team",
    ],
    "replaces a Job when its template changes": [
      () => new k8s.batch.v1.Job("job", { spec: { template: template("job:1") as never } }),
      () => new k8s.batch.v1.Job("job", { spec: { template: template("job:2") as never } }),
      "replace job: spec.template",
    ],
    "replaces a password when its length changes, and the Secret that contains it": [
      () =>
        new k8s.core.v1.Secret("login", {
          stringData: { password: new random.RandomPassword("password", { length: 16 }).result },
        }),
      () =>
        new k8s.core.v1.Secret("login", {
          stringData: { password: new random.RandomPassword("password", { length: 20 }).result },
        }),
      "replace password: length",
      "replace login: stringData",
    ],
    "replaces all objects when the cluster changes": [
      () =>
        new k8s.core.v1.Namespace(
          "a",
          { metadata: { name: "a" } },
          { provider: new k8s.Provider("cluster", { clusterIdentifier: "a" }) },
        ),
      () =>
        new k8s.core.v1.Namespace(
          "a",
          { metadata: { name: "a" } },
          { provider: new k8s.Provider("cluster", { clusterIdentifier: "b" }) },
        ),
      "replace cluster: clusterIdentifier",
      "replace a: provider (deleted first)",
    ],
    "updates only the provider when the context of the same cluster changes": [
      () => new k8s.Provider("cluster", { clusterIdentifier: "a", context: "a" }),
      () => new k8s.Provider("cluster", { clusterIdentifier: "a", context: "b" }),
      "update cluster: context",
    ],
  };
  for (const [what, [before, after, ...expected]] of Object.entries(cases)) {
    it(what, async () => expect(await between(before, after)).to.deep.equal(expected));
  }
});
