import { expect } from "chai";
import { changes, type Change } from "../../../render/changes.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { recordStack } from "../../../render/stack.ts";
import { kind } from "../../../render/waves.ts";

/** Kinds that keep data or an identity, so that a replacement would lose it. */
const stateful = [
  "Namespace",
  "StatefulSet",
  "PersistentVolumeClaim",
  "PersistentVolume",
  "RandomPassword",
  "RandomId",
  "Cluster",
  "ObjectStore",
];

type Settings = Readonly<Record<string, unknown>>;

/** The tag of own images is fixed, so that a change of the sources during a test has no effect. */
const base: Settings = { "platform:imageTag": "1.0.0" };
const recordings = new Map<string, Promise<RecordedResource[]>>();

function recorded(stack: string, settings: Settings): Promise<RecordedResource[]> {
  const key = JSON.stringify([stack, settings]);
  const known = recordings.get(key) ?? recordStack(stack, { settings: { ...base, ...settings } });
  recordings.set(key, known);
  return known;
}

async function changesBy(stack: string, settings: Settings): Promise<Change[]> {
  return changes(await recorded(stack, {}), await recorded(stack, settings));
}

/** Summarizes the targets of an action, each as `Kind name`; a kind of all eight services as `Kind of each service`. */
function befallen(all: readonly Change[], action: Change["action"]): string[] {
  const names = all
    .filter((change) => change.action === action)
    .map(({ resource }) => `${kind(resource)} ${resource.name}`);
  const each = ["ConfigMap", "Deployment"].filter((kind) =>
    services.every((name) => names.includes(`${kind} ${name}`)),
  );
  const others = names.filter(
    (name) => !each.some((kind) => services.some((service) => name === `${kind} ${service}`)),
  );
  return [...each.map((kind) => `${kind} of each service`), ...others].sort();
}

const services = [
  "api-gateway",
  "db-connector",
  "ml-engine",
  "model-registry",
  "prediction-service",
  "query-parser",
  "test-service",
  "training-orchestrator",
];
const backup = ["CronJob postgres-backup", "CronJob postgres-restore"];
const jobs = (...names: string[]) => names.map((name) => `Job ${name}`).sort();
const minimal = { requests: { cpu: "60m", memory: "256Mi" }, limits: { cpu: "1", memory: "600Mi" } };
const password = { secure: "v1:encrypted" };
const orders = { host: "orders.example.com", database: "orders", user: "reader", password, cidr: "10.4.0.0/16" };

interface Case {
  readonly stack?: "dev" | "prod";
  readonly settings: Settings;
  readonly updates?: readonly string[];
  readonly replaces?: readonly string[];
}

/** Changes that must need no replacement of data. */
const harmless: Readonly<Record<string, Case>> = {
  "the log level": {
    settings: { "platform:logLevel": "warn" },
    replaces: ["ConfigMap of each service"],
    updates: ["Deployment of each service"],
  },
  "a new version of the services": {
    settings: { "platform:imageTag": "1.1.0" },
    replaces: jobs(
      "kafka-ml-engine",
      "kafka-query-parser",
      "kafka-topics",
      "kafka-training-orchestrator",
      "minio-ml-engine",
      "minio-model-registry",
      "minio-postgres-backup",
      "minio-postgres-restore",
      "postgres-datasources-owner",
      "postgres-registry-owner",
      "postgres-shop-db-connector",
      "postgres-shop-owner",
      "postgres-training-owner",
      "sample-data",
    ),
    updates: [...backup, "Deployment of each service"],
  },
  "a new version of PostgreSQL": {
    settings: { "chatdb:postgres.image": "docker.io/library/postgres:18.2" },
    updates: [...backup, "StatefulSet postgres"],
  },
  "a new version of Kafka": {
    settings: { "chatdb:kafka.image": "docker.io/apache/kafka:4.1.2" },
    updates: ["StatefulSet kafka"],
  },
  "a new version of the object store": {
    settings: { "chatdb:objectStore.image": "example.com/silo:RELEASE.2026-12-01T00-00-00Z" },
    updates: ["StatefulSet minio"],
  },
  "PostgreSQL's resources": {
    settings: { "chatdb:postgres": { ...minimal, storage: "1Gi" } },
    updates: ["StatefulSet postgres"],
  },
  "Kafka's resources and Java options": {
    settings: { "chatdb:kafka": { ...minimal, storage: "1Gi", heap: "300Mi", jvmOptions: "-XX:+UseSerialGC" } },
    updates: ["StatefulSet kafka"],
  },
  "the object store's resources": {
    settings: { "chatdb:objectStore": { ...minimal, storage: "1Gi" } },
    updates: ["StatefulSet minio"],
  },
  "one service's resources": { settings: { "chatdb:services.ml-engine": minimal }, updates: ["Deployment ml-engine"] },
  "the numbers of replicas": {
    settings: { "chatdb:services.ml-engine.scaling": { min: 2, max: 5 } },
    updates: ["HorizontalPodAutoscaler ml-engine-hpa"],
  },
  "the probes of services": {
    settings: { "chatdb:services.ml-engine.readiness": { initialDelay: "5s", period: "2s", timeout: "1s" } },
    updates: ["Deployment ml-engine"],
  },
  "an additional data source": {
    settings: { "chatdb:dataSources.configured": { orders } },
    replaces: ["ConfigMap db-connector", "Secret db-connector"],
    updates: ["Deployment db-connector", "NetworkPolicy db-connector-egress"],
  },
  "more brokers": { stack: "prod", settings: { "chatdb:kafka.brokers": 5 }, updates: ["StatefulSet kafka"] },
  "the access to the gateway": {
    settings: { "chatdb:gateway.serviceType": "ClusterIP" },
    updates: ["Service api-gateway"],
  },
  "the test service": { settings: { "chatdb:testService": false } },
  "the protection against deletion": { stack: "prod", settings: { "platform:protect": false } },
};

/** Changes that need a replacement, which their descriptions announce. */
const heavy: Readonly<Record<string, Case>> = {
  "the size of PostgreSQL's volume": {
    settings: {
      "chatdb:postgres": {
        requests: { cpu: "50m", memory: "128Mi" },
        limits: { cpu: "2", memory: "512Mi" },
        storage: "2Gi",
      },
    },
    replaces: ["StatefulSet postgres"],
    // The volume for dumps gets the same size.
    updates: backup,
  },
  "the class of all volumes": {
    settings: { "platform:storageClass": "fast" },
    replaces: ["StatefulSet kafka", "StatefulSet minio", "StatefulSet postgres"],
  },
};

describe("change of settings", () => {
  for (const [what, { stack = "dev", settings, updates = [], replaces = [] }] of Object.entries({
    ...harmless,
    ...heavy,
  })) {
    it(`replaces ${replaces.join(", ") || "nothing"} for ${what}`, async () => {
      const all = await changesBy(stack, settings);
      expect(befallen(all, "replace")).to.deep.equal(replaces);
      expect(befallen(all, "update")).to.deep.equal(updates);
    });
  }

  for (const [what, { stack = "dev", settings }] of Object.entries(harmless)) {
    it(`keeps all data for ${what}`, async () => {
      const lost = (await changesBy(stack, settings)).filter(
        ({ action, resource }) => ["replace", "delete"].includes(action) && stateful.includes(kind(resource)),
      );
      expect(
        lost.map(
          ({ action, resource, properties }) => `${action} ${kind(resource)} ${resource.name}: ${properties.join()}`,
        ),
      ).to.deep.equal([]);
    });
  }

  it("deletes the old StatefulSet first when the size of a volume changes", async () => {
    const all = await changesBy("dev", heavy["the size of PostgreSQL's volume"]!.settings);
    const replaced = all
      .filter(({ action }) => action === "replace")
      .map(({ properties, deletedFirst }) => ({ properties, deletedFirst }));
    expect(replaced).to.deep.equal([{ properties: ["spec.volumeClaimTemplates"], deletedFirst: true }]);
  });

  it("changes no resource when no setting changes", async () => {
    expect(changes(await recorded("dev", {}), await recordStack("dev", { settings: base }))).to.deep.equal([]);
  });

  it("replaces the password of one login of each consumer on a rotation, and none of the administrators", async () => {
    const all = await changesBy("dev", { "platform:credentialRotation": "1" });
    const replaced = befallen(all, "replace").filter((name) => name.startsWith("Random"));
    expect(replaced).to.not.be.empty;
    expect(replaced.filter((name) => name.endsWith("-admin"))).to.deep.equal([]);
    expect(
      all.filter(
        ({ action, resource }) => action !== "update" && ["StatefulSet", "Namespace"].includes(kind(resource)),
      ),
    ).to.deep.equal([]);
  });
});
