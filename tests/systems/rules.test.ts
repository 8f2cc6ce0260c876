import { expect } from "chai";
import type { RecordedResource } from "../../render/recorder.ts";
import { object, resource, workload, type Objects } from "../support/objects.ts";
import { rules } from "../support/rules.ts";
import { recording, variants } from "../support/stacks.ts";

for (const variant of variants) {
  describe(`rules that the whole program keeps to: ${variant}`, () => {
    let resources: RecordedResource[];
    before(async () => (resources = await recording(variant)));
    for (const [name, rule] of Object.entries(rules)) {
      it(name, () => expect(rule(resources)).to.deep.equal([]));
    }
  });
}

type Breach = (resources: RecordedResource[]) => void;

const pod =
  (name: string, change: (pod: Objects["Deployment"]["spec"]["template"]["spec"]) => void): Breach =>
  (resources) =>
    change(workload(resources, name).pod);
const container = (name: string, change: (container: Objects["Deployment"]["spec"]["template"]["spec"]["containers"][number]) => void): Breach =>
  pod(name, ({ containers }) => change(containers[0]!));

const breaches: Record<keyof typeof rules, Record<string, Breach>> = {
  restrictedPods: {
    root: pod("postgres", ({ securityContext }) => (securityContext.runAsUser = 0)),
    "no seccomp profile": pod("kafka-topics", ({ securityContext }) => Reflect.deleteProperty(securityContext, "seccompProfile")),
    "a directory of the node": pod("minio", ({ volumes }) => (volumes[0] = { name: "tmp", hostPath: { path: "/" } } as (typeof volumes)[number])),
    "a token": pod("ml-engine", (spec) => (spec.automountServiceAccountToken = true)),
  },
  restrictedContainers: {
    privileges: container("kafka", ({ securityContext }) => (securityContext.allowPrivilegeEscalation = true)),
    capabilities: container("sample-data", ({ securityContext }) => (securityContext.capabilities.drop = [])),
    "a writable image": container("api-gateway", ({ securityContext }) => (securityContext.readOnlyRootFilesystem = false)),
  },
  sized: { "no request": container("kafka-topics", ({ resources }) => Reflect.deleteProperty(resources.requests, "cpu")) },
  probed: { "no readiness": container("query-parser", (spec) => Reflect.deleteProperty(spec, "readinessProbe")) },
  named: {
    "a container of no name": container("kafka-topics", (spec) => (spec.name = "")),
    "a port named by kubernetesx": container("ml-engine", ({ ports }) => (ports[0]!.name = "undefined")),
  },
  mounted: {
    "two volumes of one name": pod("postgres", ({ volumes }) => volumes.push(volumes[0]!)),
    "a volume that is not there": pod("api-gateway", (spec) => (spec.volumes = [])),
  },
  taggedImages: { latest: container("minio", (spec) => (spec.image = "example.com:5000/minio")) },
  scaledByOne: { replicas: (resources) => (object(resources, "Deployment", "ml-engine").spec.replicas = 2) },
  frozenSelectors: {
    "a version": (resources) => (object(resources, "Deployment", "ml-engine").spec.selector.matchLabels.version = "1"),
    "a shared one": (resources) => (workload(resources, "ml-engine").podLabels["app.kubernetes.io/name"] = "query-parser"),
  },
  selecting: {
    "a Service of nothing": (resources) => (object(resources, "Service", "kafka").spec.selector["app.kubernetes.io/name"] = "zookeeper"),
    "a port of nothing": (resources) => (object(resources, "Service", "api-gateway").spec.ports[0]!.targetPort = "web"),
    "a budget of nothing": (resources) => (object(resources, "PodDisruptionBudget", "ml-engine").spec.selector.matchLabels.app = "ml-engine"),
  },
  referring: {
    "a secret elsewhere": (resources) => (object(resources, "Secret", "model-registry").metadata.namespace = "chatdb-system"),
    "a key that is not in it": (resources) =>
      Reflect.deleteProperty(object(resources, "Secret", "db-connector").stringData, "DATASOURCE_SHOP_PASSWORD"),
    "a ConfigMap of another name": (resources) => (object(resources, "ConfigMap", "ml-engine").metadata.name = "ml-engine"),
  },
  kept: {
    "a password in a ConfigMap": (resources) =>
      (object(resources, "ConfigMap", "ml-engine").data.PASSWORD = object(resources, "Secret", "postgres-admin").stringData.password!),
    "a secret argument": (resources) => resources.push({ ...resource(resources, "Job", "kafka-topics"), secrets: ["spec"] }),
  },
  addressed: {
    "two of one name": (resources) => resources.push(resources.at(-1)!),
    "no name": (resources) => (object(resources, "Service", "kafka").metadata.name = "Kafka_"),
    "the default namespace": (resources) => (object(resources, "Service", "kafka").metadata.namespace = "default"),
    "another cluster": (resources) => resources.push({ ...resource(resources, "Job", "kafka-topics"), urn: "other", provider: undefined }),
  },
  grouped: {
    "part of nothing": (resources) => resources.push({ ...resource(resources, "Job", "kafka-topics"), parent: undefined }),
    "part of what is no component": (resources) =>
      resources.push({ ...resource(resources, "Job", "kafka-topics"), parent: resource(resources, "StatefulSet", "kafka").urn }),
  },
};

describe("each of those rules notices", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await recording("dev")));
  for (const [name, cases] of Object.entries(breaches)) {
    for (const [breach, commit] of Object.entries(cases)) {
      it(`${name}: ${breach}`, () => {
        const broken = structuredClone(resources);
        commit(broken);
        expect(rules[name as keyof typeof rules](broken)).to.not.deep.equal([]);
      });
    }
  }
});
