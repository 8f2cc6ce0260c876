import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Kafka } from "../../components/data/kafka.ts";
import { ObjectStore } from "../../components/data/object-store.ts";
import { Postgres } from "../../components/data/postgres.ts";
import type { Dependency } from "../../components/network/connection.ts";
import { Microservice } from "../../components/workload/microservice.ts";
import { Namespace } from "../../components/workload/namespace.ts";
import { Priorities } from "../../components/workload/priorities.ts";
import { serviceArgs, sizes } from "./program.ts";

/** Two made-up systems whose components have the same names. */
export const systems = ["north", "south"] as const;
export type SystemName = (typeof systems)[number];

/** A database whose name Kubernetes refuses, and one that is as long as PostgreSQL allows. */
export const databases = ["orders", "java_db", `${"long_".repeat(12)}abc`];

/** A system of infrastructure and two services. Its type token contains its name, as that of a real system does. */
class System extends pulumi.ComponentResource {
  readonly gateway: Microservice;

  constructor(name: SystemName, opts?: pulumi.ComponentResourceOptions) {
    super(`platform:systems:${name}`, name, {}, opts);
    const data = new Namespace(`${name}-data`, { partOf: name }, { parent: this });
    const services = new Namespace(`${name}-services`, { partOf: name }, { parent: this });
    const priorities = new Priorities(name, { parent: this });
    const server = {
      namespace: data,
      provisionerImage: "example.com/provisioner:1",
      resources: sizes,
      storage: "1Gi",
      priorityClass: priorities.infrastructure,
    } as const;
    const postgres = new Postgres("postgres", { ...server, image: "postgres:18" }, { parent: this });
    const objectStore = new ObjectStore("minio", { ...server, image: "minio:1" }, { parent: this });
    const kafka = new Kafka(
      "kafka",
      { ...server, image: "kafka:4", brokers: 1, heap: "256Mi", topics: { events: { partitions: 1 } } },
      { parent: this },
    );
    const service = (service: string, uses: readonly Dependency[]) =>
      new Microservice(
        service,
        { ...serviceArgs, namespace: services, priorityClass: priorities.service, uses },
        { parent: this },
      );
    const [first, ...others] = databases.map((database, index) => postgres.database(database, { as: `DB_${index}` }));
    const store = service("store", [first!, ...others, objectStore.buckets({ files: "read-write" })]);
    this.gateway = service("api-gateway", [store.http(), kafka.topics({ events: "publish" })]);
    this.registerOutputs({});
  }
}

/** Monitoring of all systems: one consumer of services that have the same name and port. */
class Monitoring extends pulumi.ComponentResource {
  constructor(gateways: readonly Microservice[], opts?: pulumi.ComponentResourceOptions) {
    super("platform:systems:Monitoring", "monitoring", {}, opts);
    const namespace = new Namespace("monitoring", { partOf: "monitoring" }, { parent: this });
    const uses = gateways.map((gateway, index) => gateway.http({ as: `TARGET_${index}` }));
    new Microservice("prometheus", { ...serviceArgs, namespace, uses }, { parent: this });
    this.registerOutputs({});
  }
}

/** Deploys these systems and their monitoring. */
export function twoSystems(names: readonly SystemName[] = systems): void {
  const opts = { providers: { kubernetes: new k8s.Provider("cluster", {}) } };
  const gateways = names.map((name) => new System(name, opts).gateway);
  new Monitoring(gateways, opts);
}
