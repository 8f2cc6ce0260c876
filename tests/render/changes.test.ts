import * as k8s from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
import { expect } from "chai";
import { changes, type Change } from "../../render/changes.ts";
import { run } from "../support/program.ts";

/** What is done about each resource between two programs, each written `action name: properties`. */
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

/** A Deployment that reads a ConfigMap of a made-up name. */
function configured(value: string, labels: Record<string, string> = {}) {
  const config = new k8s.core.v1.ConfigMap("config", { metadata: { labels }, data: { value } });
  deployment({ template: { spec: { volumes: [{ name: "config", configMap: { name: config.metadata.name } }] } } });
}

describe("changes between two recordings", () => {
  const cases: Record<string, [before: () => unknown, after: () => unknown, ...expected: string[]]> = {
    nothing: [() => configured("a"), () => configured("a")],
    "something new": [() => undefined, () => deployment({}), "create web"],
    "something gone": [() => deployment({}), () => undefined, "delete web"],
    "an image": [
      () => deployment({ template: template("web:1") }),
      () => deployment({ template: template("web:2") }),
      "update web: spec.template.spec.containers.0.image",
    ],
    "one more variable": [
      () => deployment({ template: template("web:1", [{ name: "A" }]) }),
      () => deployment({ template: template("web:1", [{ name: "A" }, { name: "B" }]) }),
      "update web: spec.template.spec.containers.0.env",
    ],
    "a selector": [
      () => deployment({ selector: { matchLabels: { app: "a" } } }),
      () => deployment({ selector: { matchLabels: { app: "b" } } }),
      "replace web: spec.selector (deleted first)",
    ],
    "the namespace of a named object": [
      () => new k8s.core.v1.Service("web", { metadata: { name: "web", namespace: "a" } }),
      () => new k8s.core.v1.Service("web", { metadata: { name: "web", namespace: "b" } }),
      "replace web: metadata.namespace",
    ],
    "the replicas of a StatefulSet": [
      () => statefulSet({ replicas: 1 }),
      () => statefulSet({ replicas: 3 }),
      "update db: spec.replicas",
    ],
    "the size of its volumes": [
      () => statefulSet(volume("1Gi")),
      () => statefulSet(volume("2Gi")),
      "replace db: spec.volumeClaimTemplates (deleted first)",
    ],
    "an object without a name, under which others know it": [
      () => configured("a"),
      () => configured("b"),
      "replace config: data",
      "update web: spec.template.spec.volumes.0.configMap.name",
    ],
    "its labels, which leave its name to it": [
      () => configured("a"),
      () => configured("a", { team: "a" }),
      "update config: metadata.labels.team",
    ],
    "a Job": [
      () => new k8s.batch.v1.Job("job", { spec: { template: template("job:1") as never } }),
      () => new k8s.batch.v1.Job("job", { spec: { template: template("job:2") as never } }),
      "replace job: spec.template",
    ],
    "how a password is made, and who has it": [
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
    "another cluster": [
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
    "the same cluster by another context": [
      () => new k8s.Provider("cluster", { clusterIdentifier: "a", context: "a" }),
      () => new k8s.Provider("cluster", { clusterIdentifier: "a", context: "b" }),
      "update cluster: context",
    ],
  };
  for (const [what, [before, after, ...expected]] of Object.entries(cases)) {
    it(what, async () => expect(await between(before, after)).to.deep.equal(expected));
  }
});
