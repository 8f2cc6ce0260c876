import { expect } from "chai";
import { Microservice } from "../../../components/workload/microservice.ts";
import { ObjectStore } from "../../../components/data/object-store.ts";
import type { PostgresCluster } from "../../../components/data/postgres-cluster.ts";
import { Postgres } from "../../../components/data/postgres.ts";
import { kind, waves } from "../../../render/waves.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { openConnections } from "../../../render/network.ts";
import { environment, object, objects, resource } from "../../../render/objects.ts";
import { run, serviceArgs, sizes, namespace } from "../../support/program.ts";

const cluster: PostgresCluster = {
  name: "postgres",
  instances: 3,
  uid: 999,
  operatorNamespace: "cnpg-system",
  apiServer: { cidr: "10.1.0.0/16", ports: [6443] },
};
const common = {
  namespace: namespace("data"),
  resources: sizes,
  storage: "1Gi",
  provisionerImage: "example.com/provisioner:1",
} as const;

const program =
  (more: Partial<PostgresCluster> = {}, archived = false, rotation = 0) =>
  () => {
    const store = new ObjectStore("minio", { ...common, image: "example.com/store:1", credentialRotation: rotation });
    const archive = archived
      ? { bucket: store.buckets({ "postgres-wal": "read-write" }), retention: "30d", schedule: "0 0 2 * * *" }
      : undefined;
    const postgres = new Postgres("postgres", {
      ...common,
      image: "example.com/postgres:18",
      spreading: "required",
      priorityClass: "important",
      protect: true,
      cluster: { ...cluster, archive, ...more },
    });
    new Microservice("orders", { ...serviceArgs, uses: [postgres.database("orders")] });
  };

describe("postgres of several instances", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await run(program())));

  it("deploys a CloudNativePG Cluster instead of a StatefulSet, and waits until it is ready", () => {
    expect(objects(resources, "StatefulSet").map(({ metadata }) => metadata.name)).to.deep.equal(["minio"]);
    const { metadata, spec } = object(resources, "Cluster", "postgres");
    expect(metadata).to.deep.include({
      name: "postgres",
      namespace: "data",
      annotations: { "pulumi.com/waitFor": "condition=Ready" },
    });
    expect(spec).to.deep.include({
      instances: 3,
      imageName: "example.com/postgres:18",
      postgresUID: 999,
      postgresGID: 999,
      resources: sizes,
      priorityClassName: "important",
    });
    expect(resource(resources, "Cluster", "postgres").protect).to.be.true;
  });

  it("acknowledges a write after two instances have it, and never promotes an instance without it", () => {
    const { synchronous } = object(resources, "Cluster", "postgres").spec.postgresql;
    expect(synchronous).to.deep.equal({ method: "any", number: 1, dataDurability: "required", failoverQuorum: true });
  });

  it("places its instances on different nodes", () => {
    const [nodes] = object(resources, "Cluster", "postgres").spec.topologySpreadConstraints;
    expect(nodes).to.deep.include({
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { "cnpg.io/cluster": "postgres" } },
    });
  });

  it("takes the administrator's password that the stack generated", () => {
    const { spec } = object(resources, "Cluster", "postgres");
    const { metadata, stringData } = object(resources, "Secret", "postgres-admin");
    expect(spec).to.deep.include({ enableSuperuserAccess: true, superuserSecret: { name: metadata.name } });
    expect(stringData.username).to.equal("postgres");
    expect(environment(resources, "postgres-orders-owner")).to.include({
      ADMIN_DATABASE_PASSWORD: stringData.password,
    });
  });

  it("serves users as a single server does, at the address of the primary", () => {
    expect(environment(resources, "orders")).to.include({
      DATABASE_HOST: "postgres-rw.data.svc.cluster.local",
      DATABASE_PORT: "5432",
      DATABASE_NAME: "orders",
    });
    const wave = waves(resources);
    const of = (kind: "Cluster" | "Job", name: string) => wave.get(resource(resources, kind, name).urn)!;
    expect(of("Job", "postgres-orders-owner")).to.equal(of("Cluster", "postgres") + 1);
  });

  it("connects to its instances and the Kubernetes API, and is open to its users and the operator", () => {
    const connections = openConnections(resources).filter(
      (connection) => connection.includes("/postgres:") || connection.startsWith("data/postgres ->"),
    );
    expect(connections).to.deep.equal([
      "apps/orders -> data/postgres:5432",
      "data/postgres -> 10.1.0.0/16:6443",
      "data/postgres -> data/postgres:5432",
      "data/postgres -> data/postgres:8000",
      "data/postgres-orders-owner -> data/postgres:5432",
      "namespace cnpg-system -> data/postgres:5432",
      "namespace cnpg-system -> data/postgres:8000",
    ]);
  });

  it("keeps no archive when none is configured", () => {
    expect(object(resources, "Cluster", "postgres").spec).to.not.have.any.keys(
      "plugins",
      "bootstrap",
      "externalClusters",
    );
    expect(resources.map(kind)).to.not.include("ScheduledBackup");
  });
});

describe("postgres with an archive", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await run(program({}, true))));

  it("has its own bucket, and a key for that bucket only", () => {
    expect(environment(resources, "minio-postgres")).to.deep.include({
      BUCKETS: '{"postgres-wal":"read-write"}',
      POLICY_NAME: "postgres",
    });
    const { spec } = object(resources, "ObjectStore", "postgres-archive");
    const { stringData, metadata } = object(resources, "Secret", "postgres-archive");
    expect(stringData).to.include({ S3_ACCESS_KEY_ID: "postgres_a", S3_REGION: "us-east-1" });
    expect(spec.retentionPolicy).to.equal("30d");
    expect(spec.configuration).to.deep.include({
      destinationPath: "s3://postgres-wal/",
      endpointURL: "http://minio.data.svc.cluster.local:9000",
    });
    expect(spec.configuration.s3Credentials.secretAccessKey).to.deep.equal({
      name: metadata.name,
      key: "S3_SECRET_ACCESS_KEY",
    });
    expect(openConnections(resources)).to.include("data/postgres -> data/minio:9000");
  });

  it("starts after its bucket exists, archives from its start, and takes a backup as soon as it runs", () => {
    const { spec } = object(resources, "Cluster", "postgres");
    expect(spec.plugins).to.deep.equal([
      { name: "barman-cloud.cloudnative-pg.io", isWALArchiver: true, parameters: { barmanObjectName: "postgres" } },
    ]);
    expect(object(resources, "ScheduledBackup", "postgres-backup").spec).to.deep.include({
      schedule: "0 0 2 * * *",
      immediate: true,
      cluster: { name: "postgres" },
      method: "plugin",
    });
    const wave = waves(resources);
    const order = (["Job minio-postgres", "Cluster postgres", "ScheduledBackup postgres-backup"] as const).map(
      (entry) => {
        const [kind, name] = entry.split(" ") as ["Job" | "Cluster" | "ScheduledBackup", string];
        return wave.get(resource(resources, kind, name).urn);
      },
    );
    expect(order).to.deep.equal([1, 2, 3]);
  });

  it("removes the previous key after the cluster has the new one", async () => {
    const rotated = await run(program({}, true, 1));
    expect(resource(rotated, "Job", "minio-postgres-retire").dependencies).to.include(
      resource(rotated, "Cluster", "postgres").urn,
    );
  });

  it("recovers under another name, to a given time or to the end of the archive", async () => {
    const recovered = async (targetTime?: string) =>
      object(
        await run(program({ name: "postgres-2", recovery: { from: "postgres", targetTime } }, true)),
        "Cluster",
        "postgres-2",
      ).spec;
    const { bootstrap, externalClusters, plugins } = await recovered("2026-11-21T07:00:00Z");
    expect(bootstrap).to.deep.equal({
      recovery: { source: "postgres", recoveryTarget: { targetTime: "2026-11-21T07:00:00Z" } },
    });
    expect(externalClusters).to.deep.equal([
      {
        name: "postgres",
        plugin: {
          name: "barman-cloud.cloudnative-pg.io",
          parameters: { barmanObjectName: "postgres-2", serverName: "postgres" },
        },
      },
    ]);
    // The recovered cluster archives under its own name.
    expect(plugins).to.deep.equal([
      { name: "barman-cloud.cloudnative-pg.io", isWALArchiver: true, parameters: { barmanObjectName: "postgres-2" } },
    ]);
    expect((await recovered()).bootstrap).to.deep.equal({ recovery: { source: "postgres" } });
  });
});
