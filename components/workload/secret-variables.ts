import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

type EnvVar = k8s.types.input.core.v1.EnvVar;
type ObjectMeta = k8s.types.input.meta.v1.ObjectMeta;

/** References to the values of environment variables. */
export type SecretVariables = Record<string, { secretKeyRef: { name: pulumi.Input<string>; key: string } }>;

/**
 * Makes a Secret of these values, if there are any, and returns the references to them. Pulumi names it: a changed
 * value makes an object of another name, and so new pods.
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

/** The same as a container takes them, sorted by name; undefined where there are none. */
export function asEnv(variables: SecretVariables): EnvVar[] | undefined {
  const names = Object.keys(variables).sort();
  return names.length === 0 ? undefined : names.map((name) => ({ name, valueFrom: variables[name] }));
}
