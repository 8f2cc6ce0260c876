import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { labels } from "../workload/labels.ts";
import type { ServerArgs } from "../workload/stateful-service.ts";

export interface AdministratorArgs extends Pick<ServerArgs, "namespace" | "protect"> {
  /**
   * Letters and digits of the password. Default 32. A change makes another password, which a running server does not
   * learn.
   */
  readonly length?: number;
  /** Further keys of the Secret, beside `password`. Default: none. */
  readonly extraKeys?: Record<string, string>;
}

/** Makes the password of a server's administrator, once, and the Secret from which the server reads it. */
export function administrator(
  name: string,
  { namespace, protect, length = 32, extraKeys }: AdministratorArgs,
  parent: pulumi.Resource,
) {
  const { result: password } = new random.RandomPassword(
    `${name}-admin`,
    { length, special: false },
    { parent, protect },
  );
  const metadata = { namespace: namespace.created, labels: labels(name, "infrastructure", namespace) };
  const secret = new k8s.core.v1.Secret(
    `${name}-admin`,
    { metadata, stringData: { ...extraKeys, password } },
    { parent },
  );
  return {
    password,
    passwordRef: { secretKeyRef: { name: secret.metadata.name, key: "password" } },
    secretName: secret.metadata.name,
  };
}
