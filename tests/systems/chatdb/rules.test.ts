import { expect } from "chai";
import { breaches } from "../../../policies/rule.ts";
import { objectRules, systemRules } from "../../../policies/rules/index.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { kubernetesObjects, object, resource, workload, type Objects } from "../../../render/objects.ts";
import { rules } from "../../support/rules.ts";
import { recording, variants } from "../../support/stacks.ts";

for (const variant of variants) {
  describe(`rules of the whole program: ${variant}`, () => {
    let resources: RecordedResource[];
    before(async () => (resources = await recording(variant)));
    for (const [name, rule] of Object.entries(rules)) {
      it(name, () => expect(rule(resources)).to.deep.equal([]));
    }
    for (const rule of [...objectRules, ...systemRules]) {
      it(`complies with ${rule.name}`, () => expect(breaches([rule], kubernetesObjects(resources))).to.deep.equal([]));
    }
  });
}

type Breach = (resources: RecordedResource[]) => void;

const pod =
  (name: string, change: (pod: Objects["Deployment"]["spec"]["template"]["spec"]) => void): Breach =>
  (resources) =>
    change(workload(resources, name).pod);
const container = (
  name: string,
  change: (container: Objects["Deployment"]["spec"]["template"]["spec"]["containers"][number]) => void,
): Breach => pod(name, ({ containers }) => change(containers[0]!));

const broken: Record<keyof typeof rules, Record<string, Breach>> = {
  named: {
    "a container of no name": container("kafka-topics", (spec) => (spec.name = "")),
    "a port named by kubernetesx": container("ml-engine", ({ ports }) => (ports[0]!.name = "undefined")),
  },
  mounted: {
    "two volumes of one name": pod("postgres", ({ volumes }) => volumes.push(volumes[0]!)),
    "a volume that is not there": pod("api-gateway", (spec) => (spec.volumes = [])),
  },
  frozenSelectors: {
    "a version": (resources) => (object(resources, "Deployment", "ml-engine").spec.selector.matchLabels.version = "1"),
    "a shared one": (resources) =>
      (workload(resources, "ml-engine").podLabels["app.kubernetes.io/name"] = "query-parser"),
  },
  selecting: {
    "a Service of nothing": (resources) =>
      (object(resources, "Service", "kafka").spec.selector["app.kubernetes.io/name"] = "zookeeper"),
    "a port of nothing": (resources) => (object(resources, "Service", "api-gateway").spec.ports[0]!.targetPort = "web"),
    "a budget of nothing": (resources) =>
      (object(resources, "PodDisruptionBudget", "ml-engine").spec.selector.matchLabels.app = "ml-engine"),
  },
  referring: {
    "a secret elsewhere": (resources) =>
      (object(resources, "Secret", "model-registry").metadata.namespace = "chatdb-system"),
    "a key that is not in it": (resources) =>
      Reflect.deleteProperty(object(resources, "Secret", "db-connector").stringData, "DATASOURCE_SHOP_PASSWORD"),
    "a ConfigMap of another name": (resources) =>
      (object(resources, "ConfigMap", "ml-engine").metadata.name = "ml-engine"),
  },
  kept: {
    "a password among the outputs": (resources) =>
      (resources.find(({ custom }) => !custom)!.outputs.password = object(
        resources,
        "Secret",
        "postgres-admin",
      ).stringData.password),
    "a secret argument": (resources) =>
      resources.push({ ...resource(resources, "Job", "kafka-topics"), secrets: ["spec"] }),
  },
  addressed: {
    "two of one name": (resources) => resources.push(resources.at(-1)!),
    "no name": (resources) => (object(resources, "Service", "kafka").metadata.name = "Kafka_"),
    "the default namespace": (resources) => (object(resources, "Service", "kafka").metadata.namespace = "default"),
    "another cluster": (resources) =>
      resources.push({ ...resource(resources, "Job", "kafka-topics"), urn: "other", provider: undefined }),
  },
  grouped: {
    "part of nothing": (resources) =>
      resources.push({ ...resource(resources, "Job", "kafka-topics"), parent: undefined }),
    "part of what is no component": (resources) =>
      resources.push({
        ...resource(resources, "Job", "kafka-topics"),
        parent: resource(resources, "StatefulSet", "kafka").urn,
      }),
  },
};

describe("each rule detects a breach", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await recording("dev")));
  for (const [name, cases] of Object.entries(broken)) {
    for (const [breach, commit] of Object.entries(cases)) {
      it(`${name}: ${breach}`, () => {
        const copy = structuredClone(resources);
        commit(copy);
        expect(rules[name as keyof typeof rules](copy)).to.not.deep.equal([]);
      });
    }
  }
});
