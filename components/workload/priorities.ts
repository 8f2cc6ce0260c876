import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** What gives way to what when a node is full: databases stay longest, Jobs and strangers go first. */
const classes = {
  infrastructure: { value: 1_000_000, description: "Databases, brokers and stores: everything else waits for them." },
  service: { value: 100_000, description: "Services that answer people." },
};

/** The system's priority classes, named by Pulumi: they belong to the whole cluster, in which other systems may have theirs. */
export class Priorities extends pulumi.ComponentResource {
  /** Name of the class of databases, brokers and stores. */
  readonly infrastructure: pulumi.Output<string>;
  /** Name of the class of services. */
  readonly service: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("chatdb:components:Priorities", name, {}, opts);
    const priority = (role: keyof typeof classes) =>
      new k8s.scheduling.v1.PriorityClass(
        `${name}-${role}`,
        { metadata: { labels: { "app.kubernetes.io/part-of": "chatdb" } }, ...classes[role] },
        { parent: this },
      ).metadata.name;
    this.infrastructure = priority("infrastructure");
    this.service = priority("service");
    this.registerOutputs({ infrastructure: this.infrastructure, service: this.service });
  }
}
