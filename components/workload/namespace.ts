import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { allowDns, denyAll } from "../network/network-policy.ts";

export interface NamespaceArgs {
  /** Refuse to delete it, with all the volumes in it. Default false. */
  readonly protect?: boolean;
}

/**
 * A namespace whose pods can talk to nobody but the cluster's DNS until an edge says otherwise,
 * and which admits only pods of the Pod Security level "restricted".
 *
 * The component's name is the namespace's name. Renaming it deletes the namespace with all that it holds.
 */
export class Namespace extends pulumi.ComponentResource {
  /** The namespace's name, known once it exists: what is placed by it waits for it. */
  readonly name: pulumi.Output<string>;

  constructor(name: string, { protect }: NamespaceArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("chatdb:components:Namespace", name, {}, opts);
    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name,
          labels: {
            "app.kubernetes.io/part-of": "chatdb",
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/warn": "restricted",
          },
        },
      },
      { parent: this, protect },
    );
    this.name = namespace.metadata.name;
    for (const [role, spec] of Object.entries({ "deny-all": denyAll, "allow-dns": allowDns })) {
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${role}`,
        { metadata: { name: role, namespace: this.name }, spec },
        { parent: this },
      );
    }
    this.registerOutputs({ name: this.name });
  }
}
