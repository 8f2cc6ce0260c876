import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { allowDns, denyAll } from "../network/network-policy.ts";
import { requireDnsLabel } from "./dns-label.ts";
import { partOfLabel } from "./labels.ts";
import type { NamespaceRef } from "./namespace-ref.ts";

export interface NamespaceArgs {
  /** The system that it belongs to. */
  readonly partOf: string;
  /** Refuse to delete it, with all the volumes in it. Default false. */
  readonly protect?: boolean;
}

/**
 * A namespace whose pods can talk to nobody but the cluster's DNS until an edge says otherwise,
 * and which admits only pods of the Pod Security level "restricted".
 *
 * The component's name is the namespace's name. Renaming it deletes the namespace with all that it holds.
 */
export class Namespace extends pulumi.ComponentResource implements NamespaceRef {
  readonly name: string;
  readonly created: pulumi.Output<string>;
  readonly partOf: string;

  constructor(name: string, { partOf, protect }: NamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:workload:Namespace", name, {}, opts);
    requireDnsLabel("Namespace", name);
    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name,
          labels: {
            ...partOfLabel(partOf),
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/warn": "restricted",
          },
        },
      },
      { parent: this, protect },
    );
    this.name = name;
    this.created = namespace.metadata.name;
    this.partOf = partOf;
    for (const [role, spec] of Object.entries({ "deny-all": denyAll, "allow-dns": allowDns })) {
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${role}`,
        { metadata: { name: role, namespace: this.created }, spec },
        { parent: this },
      );
    }
    this.registerOutputs({ name: this.created });
  }
}
