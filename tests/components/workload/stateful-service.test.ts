import { expect } from "chai";
import {
  governingService,
  StatefulService,
  type StatefulServiceArgs,
} from "../../../components/workload/stateful-service.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { object, objects, resource, workload } from "../../../render/objects.ts";
import { run, sizes, namespace } from "../../support/program.ts";
import { podFaults, rules } from "../../support/rules.ts";

const tcp = { tcpSocket: { port: 7000 } };
const args: StatefulServiceArgs = {
  namespace: namespace("data"),
  image: "example.com/store:1",
  uid: 70,
  ports: { client: 7000, admin: 7001 },
  replicas: 1,
  resources: sizes,
  dataPath: "/data",
  storage: "1Gi",
  scratchPaths: ["/tmp", "/var/run/store"],
  container: { args: ["serve"], startupProbe: tcp, readinessProbe: tcp, livenessProbe: tcp },
};
const service = (more: Partial<StatefulServiceArgs> = {}) =>
  run(() => new StatefulService("store", { ...args, ...more }));

describe("stateful service", () => {
  let resources: RecordedResource[];
  let cluster: RecordedResource[];
  before(async () => {
    resources = await service();
    const self = { to: { namespace: namespace("data"), labels: { "app.kubernetes.io/name": "store" } }, port: 7001 };
    cluster = await service({
      replicas: 3,
      quorum: true,
      storageClass: "fast",
      terminationGracePeriodSeconds: 5,
      peers: [self],
    });
  });

  it("is governed by a headless Service, which is created first", () => {
    const headless = object(resources, "Service", governingService("store"));
    expect(headless.spec).to.deep.include({ clusterIP: "None", publishNotReadyAddresses: false });
    expect(object(resources, "StatefulSet", "store").spec.serviceName).to.equal("store-headless");
    expect(resource(resources, "StatefulSet", "store").dependencies).to.include(
      resource(resources, "Service", "store-headless").urn,
    );
  });

  it("has a Service for clients without a wait: the readiness of the pods decides", () => {
    const { metadata, spec } = object(resources, "Service", "store");
    expect(metadata.annotations).to.deep.equal({ "pulumi.com/skipAwait": "true" });
    expect(spec.ports).to.deep.equal([
      { name: "client", port: 7000, targetPort: "client" },
      { name: "admin", port: 7001, targetPort: "admin" },
    ]);
    expect(spec.clusterIP).to.equal(undefined);
  });

  it("does not make the StatefulSet wait for the Service of clients", () => {
    expect(resource(resources, "StatefulSet", "store").dependencies).to.not.include(
      resource(resources, "Service", "store").urn,
    );
  });

  it("outputs its address inside the cluster", () => {
    expect(resources.find(({ custom }) => !custom)!.outputs).to.deep.equal({ host: "store.data.svc.cluster.local" });
  });

  it("keeps the data of each replica on its own volume", () => {
    const [claim] = object(resources, "StatefulSet", "store").spec.volumeClaimTemplates;
    expect(claim!.spec).to.deep.include({
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
    });
    expect(claim!.spec.storageClassName).to.equal(undefined);
    expect(claim!.metadata).to.deep.equal({ name: "data" });
    expect(workload(resources, "store").pod.containers[0]!.volumeMounts).to.deep.include({
      name: "data",
      mountPath: "/data",
    });
    expect(object(cluster, "StatefulSet", "store").spec.volumeClaimTemplates[0]!.spec.storageClassName).to.equal(
      "fast",
    );
  });

  it("can write to its scratch paths", () => {
    expect(workload(resources, "store").pod.volumes).to.deep.equal([
      { name: "tmp", emptyDir: { sizeLimit: "128Mi" } },
      { name: "var-run-store", emptyDir: { sizeLimit: "128Mi" } },
    ]);
  });

  it("runs as the image's user, with a minute or the given time to shut down", () => {
    expect(workload(resources, "store").pod).to.deep.include({ terminationGracePeriodSeconds: 60 });
    expect(workload(resources, "store").pod.securityContext).to.include({ runAsUser: 70, runAsGroup: 70, fsGroup: 70 });
    expect(workload(cluster, "store").pod).to.deep.include({ terminationGracePeriodSeconds: 5 });
  });

  it("starts members of a quorum in parallel, with DNS names before readiness, and others in order", () => {
    expect(object(resources, "StatefulSet", "store").spec.podManagementPolicy).to.equal("OrderedReady");
    expect(object(cluster, "StatefulSet", "store").spec).to.include({ podManagementPolicy: "Parallel", replicas: 3 });
    expect(object(cluster, "Service", "store-headless").spec.publishNotReadyAddresses).to.be.true;
  });

  it("allows one disruption at a time, and spreads replicas over nodes and zones", () => {
    expect(objects(resources, "PodDisruptionBudget")).to.be.empty;
    expect(object(cluster, "PodDisruptionBudget", "store").spec.maxUnavailable).to.equal(1);
    expect(
      workload(cluster, "store").pod.topologySpreadConstraints.map(({ topologyKey, whenUnsatisfiable }) => [
        topologyKey,
        whenUnsatisfiable,
      ]),
    ).to.deep.equal([
      ["kubernetes.io/hostname", "ScheduleAnyway"],
      ["topology.kubernetes.io/zone", "ScheduleAnyway"],
    ]);
  });

  it("keeps a replica pending without a free node when spreading is required, but not for zones", async () => {
    const constraints = workload(await service({ replicas: 3, spreading: "required" }), "store").pod
      .topologySpreadConstraints;
    expect(constraints.map(({ whenUnsatisfiable }) => whenUnsatisfiable)).to.deep.equal([
      "DoNotSchedule",
      "ScheduleAnyway",
    ]);
    // Spreading must not count nodes whose taints these pods do not tolerate.
    expect(constraints.map(({ nodeTaintsPolicy }) => nodeTaintsPolicy)).to.deep.equal(["Honor", "Honor"]);
  });

  it("keeps the volumes when it is replaced or scaled down", () => {
    expect(object(cluster, "StatefulSet", "store").spec.persistentVolumeClaimRetentionPolicy).to.deep.equal({
      whenDeleted: "Retain",
      whenScaled: "Retain",
    });
  });

  it("opens the network for its peers before its pods start", () => {
    expect(objects(resources, "NetworkPolicy")).to.be.empty;
    expect(objects(cluster, "NetworkPolicy")).to.have.length(2);
    const policies = ["store-egress", "store--to--data--store--7001"].map(
      (name) => resource(cluster, "NetworkPolicy", name).urn,
    );
    expect(resource(cluster, "StatefulSet", "store").dependencies).to.include.members(policies);
  });

  it("meets the rules", () => {
    for (const recorded of [resources, cluster])
      expect([...podFaults(recorded), ...rules.frozenSelectors(recorded), ...rules.selecting(recorded)]).to.deep.equal(
        [],
      );
  });
});
