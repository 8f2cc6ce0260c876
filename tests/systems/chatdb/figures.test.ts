import { expect } from "chai";
import { bytes, millicores, type Cpu, type Size } from "../../../components/workload/quantities.ts";
import type { SettingOverrides } from "../../../config/project.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { recordStack } from "../../../render/stack.ts";
import { object, objects, workload } from "../../../render/objects.ts";
import { recording } from "../../support/stacks.ts";

// The figures are copied from the architecture's specification, not from the code.
const common = { namespace: "chatdb-services", health: "/health" };
const standard = { ...common, requests: "256Mi", limits: "512Mi" };
const memoryIntensive = { ...common, requests: "512Mi", limits: "1Gi" };
const lightweight = { ...common, requests: "128Mi", limits: "256Mi" };
const specified = {
  "api-gateway": { ...standard, port: 8080, servicePort: 80, replicas: [2, 10], cpu: 70, memory: 80 },
  "training-orchestrator": { ...standard, port: 8000, servicePort: 8000, replicas: [2, 10], cpu: 70, memory: 80 },
  "ml-engine": { ...memoryIntensive, port: 5000, servicePort: 5000, replicas: [2, 8], cpu: 75, memory: 85 },
  "query-parser": { ...standard, port: 5001, servicePort: 5001, replicas: [2, 6], cpu: 70, memory: 80 },
  "model-registry": { ...standard, port: 8080, servicePort: 8080, replicas: [2, 6], cpu: 70, memory: 80 },
  "prediction-service": { ...standard, port: 8080, servicePort: 8080, replicas: [3, 15], cpu: 65, memory: 75 },
  "db-connector": {
    ...memoryIntensive,
    health: "/actuator/health",
    port: 8081,
    servicePort: 8081,
    replicas: [2, 8],
    cpu: 70,
    memory: 80,
  },
  "test-service": {
    ...lightweight,
    namespace: "chatdb-testing",
    health: "/",
    port: 8001,
    servicePort: 8001,
    replicas: [1, 3],
    cpu: 60,
    memory: 70,
  },
};
const infrastructure = {
  postgres: { ports: [5432], memory: "512Mi", storage: "10Gi" },
  kafka: { ports: [9092], memory: "1Gi", storage: "5Gi" },
  minio: { ports: [9000, 9001], memory: "512Mi", storage: "10Gi" },
} as const;
const liveness = { initialDelaySeconds: 30, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 };
const readiness = { initialDelaySeconds: 10, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 };

type Name = keyof typeof specified;
const names = Object.keys(specified) as Name[];

function figures(resources: readonly RecordedResource[], name: Name) {
  const { spec } = object(resources, "HorizontalPodAutoscaler", `${name}-hpa`);
  const container = workload(resources, name).pod.containers[0]!;
  const target = (resource: string) =>
    spec.metrics.find((metric) => metric.resource.name === resource)!.resource.target.averageUtilization;
  return {
    namespace: workload(resources, name).namespace,
    port: container.ports[0]!.containerPort,
    servicePort: object(resources, "Service", name).spec.ports[0]!.port,
    health: container.livenessProbe.httpGet.path,
    replicas: [spec.minReplicas, spec.maxReplicas],
    cpu: target("cpu"),
    memory: target("memory"),
    requests: container.resources.requests.memory,
    limits: container.resources.limits.memory,
  };
}

describe("figures of the specification", () => {
  let resources: RecordedResource[];
  before(async () => {
    const ofProd = ["postgres", "kafka", "objectStore", "services"].map((name) => [`chatdb:${name}`, undefined]);
    const settings = { ...Object.fromEntries(ofProd), "chatdb:testService": true } as SettingOverrides;
    resources = await recordStack("prod", { settings });
  });

  for (const name of names) {
    it(`apply to ${name} by default`, () => {
      expect(figures(resources, name)).to.deep.equal(specified[name]);
      const { livenessProbe, readinessProbe } = workload(resources, name).pod.containers[0]!;
      expect(livenessProbe).to.deep.include(liveness);
      expect(readinessProbe).to.deep.include(readiness);
    });
  }

  it("cover all services", () => {
    expect(
      objects(resources, "Deployment")
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).to.deep.equal([...names].sort());
  });

  for (const [name, { ports, memory, storage }] of Object.entries(infrastructure)) {
    it(`apply to ${name}`, () => {
      expect(workload(resources, name).namespace).to.equal("chatdb-system");
      expect(object(resources, "Service", name).spec.ports.map(({ port }) => port)).to.include.members([...ports]);
      expect(workload(resources, name).pod.containers[0]!.resources.requests.memory).to.equal(memory);
      const { replicas, volumeClaimTemplates } = object(resources, "StatefulSet", name).spec;
      expect({ replicas, storage: volumeClaimTemplates[0]!.spec.resources.requests.storage }).to.deep.equal({
        replicas: 1,
        storage,
      });
    });
  }
});

describe("figures of prod", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await recording("prod")));

  for (const name of names.filter((name) => name !== "test-service")) {
    it(`equal the specification for ${name}, except for three or more replicas`, () => {
      const { replicas } = specified[name];
      expect(figures(resources, name)).to.deep.equal({ ...specified[name], replicas: [3, replicas[1]] });
    });
  }

  it("tolerate the loss of one replica of everything replicated", () => {
    const replicas = objects(resources, "StatefulSet").map(({ metadata, spec }) => [metadata.name, spec.replicas]);
    expect(Object.fromEntries(replicas)).to.deep.equal({ kafka: 3, minio: 4 });
    expect(object(resources, "Cluster", "postgres").spec.instances).to.equal(3);
  });
});

describe("figures of dev", () => {
  it("request less than half of a machine with two cores and 8 GB", async () => {
    const resources = await recording("dev");
    const replicas = new Map([
      ...objects(resources, "HorizontalPodAutoscaler").map(
        ({ spec }) => [spec.scaleTargetRef.name, spec.minReplicas] as const,
      ),
      ...objects(resources, "StatefulSet").map(({ metadata, spec }) => [metadata.name, spec.replicas] as const),
    ]);
    const asked = [...replicas].map(([name, count]) => {
      const { cpu, memory } = workload(resources, name).pod.containers[0]!.resources.requests;
      return { cpu: count * millicores(cpu as Cpu), memory: count * bytes(memory as Size) };
    });
    expect(replicas.size).to.equal(11);
    expect(asked.reduce((sum, { cpu }) => sum + cpu, 0)).to.be.within(1, 1000);
    expect(asked.reduce((sum, { memory }) => sum + memory, 0)).to.be.within(1, bytes("4Gi"));
  });
});
