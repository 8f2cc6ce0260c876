import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

type EnvVar = k8s.types.input.core.v1.EnvVar;
type ObjectMeta = k8s.types.input.meta.v1.ObjectMeta;

/** Where the value of each environment variable is. */
export type SecretVariables = Record<string, { secretKeyRef: { name: pulumi.Input<string>; key: string } }>;

/**
 * Variables with the values of a Secret of their own, which there is only if there is one to hold. Pulumi names it: a changed value is
 * a new object under a new name, and so a new pod.
 */
export function secretVariables(
  name: string,
  values: Record<string, pulumi.Input<string>>,
  metadata: ObjectMeta,
  parent: pulumi.Resource,
): SecretVariables {
  const keys = Object.keys(values);
  if (keys.length === 0) return {};
  const secret = new k8s.core.v1.Secret(name, { metadata, immutable: true, stringData: values }, { parent });
  return Object.fromEntries(keys.map((key) => [key, { secretKeyRef: { name: secret.metadata.name, key } }]));
}

/** The same in the form that a container takes, by name; undefined where there are none. */
export function asEnv(variables: SecretVariables): EnvVar[] | undefined {
  const names = Object.keys(variables).sort();
  return names.length === 0 ? undefined : names.map((name) => ({ name, valueFrom: variables[name] }));
}
