import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { partOfLabel } from "./labels.ts";

/** Order of eviction when a node is full: databases stay longest, Jobs and pods without a class go first. */
const classes = {
  infrastructure: { value: 1_000_000, description: "Databases, brokers and stores: everything else waits for them." },
  service: { value: 100_000, description: "Services that answer people." },
};

/**
 * A system's priority classes, named by Pulumi: they belong to the whole cluster, in which other systems have theirs.
 * The component's name is the system's.
 *
 * @example
 * const priorities = new Priorities("shop");
 * new Postgres("postgres", { ...args, priorityClass: priorities.infrastructure });
 */
export class Priorities extends pulumi.ComponentResource {
  /** Name of the class of databases, brokers and stores. */
  readonly infrastructure: pulumi.Output<string>;
  /** Name of the class of services. */
  readonly service: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("platform:workload:Priorities", name, {}, opts);
    const priority = (role: keyof typeof classes) =>
      new k8s.scheduling.v1.PriorityClass(
        `${name}-${role}`,
        { metadata: { labels: partOfLabel(name) }, ...classes[role] },
        { parent: this },
      ).metadata.name;
    this.infrastructure = priority("infrastructure");
    this.service = priority("service");
    this.registerOutputs({ infrastructure: this.infrastructure, service: this.service });
  }
}
