import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { allowDns, denyAll } from "../network/network-policy.ts";
import { requireDnsLabel } from "./dns-label.ts";
import { partOfLabel } from "./labels.ts";
import type { NamespaceRef } from "./namespace-ref.ts";

export interface NamespaceArgs {
  /** Name of the system that it belongs to; the label `app.kubernetes.io/part-of` of all that is placed in it. */
  readonly partOf: string;
  /**
   * Pod Security level below "restricted", for pods that cannot keep to it, with the reason, which becomes an
   * annotation. Default: "restricted".
   */
  readonly level?: { readonly name: "baseline" | "privileged"; readonly reason: string };
  /** Refuse to delete it, with all the volumes in it. Default false. */
  readonly protect?: boolean;
}

/**
 * A namespace that denies its pods every connection but name look-ups until an edge opens one, and that admits only
 * pods of the Pod Security level "restricted".
 *
 * The component's name is the namespace's name. Renaming it deletes the namespace with all that it holds, volumes
 * included.
 *
 * @example
 * const namespace = new Namespace("shop-services", { partOf: "shop" });
 */
export class Namespace extends pulumi.ComponentResource implements NamespaceRef {
  readonly name: string;
  readonly created: pulumi.Output<string>;
  readonly partOf: string;

  constructor(name: string, { partOf, level, protect }: NamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:workload:Namespace", name, {}, opts);
    requireDnsLabel("Namespace", name);
    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name,
          labels: {
            ...partOfLabel(partOf),
            "pod-security.kubernetes.io/enforce": level?.name ?? "restricted",
            "pod-security.kubernetes.io/warn": level?.name ?? "restricted",
          },
          annotations: level && { "platform/pod-security-reason": level.reason },
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
