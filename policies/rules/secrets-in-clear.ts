import type * as k8s from "@pulumi/kubernetes";
import { ofKind } from "../kubernetes.ts";
import { eachContainer, type ObjectRule, type SystemRule } from "../rule.ts";

/** Matches names of variables that hold secrets. A variable that locates or identifies a secret holds none. */
const secretName = /(^|[_-])(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|KEY|CREDENTIALS?)([_-]|$)/i;
const harmlessName = /PUBLIC_KEY|KEY_ID$|(FILE|PATH|NAME|URL|TTL)$/i;

const isSecretName = (name: string) => secretName.test(name) && !harmlessName.test(name);

/** Checks names, not values: a preview does not know all values. */
export const secretVariables: ObjectRule = {
  name: "secret-variables",
  description:
    "A secret reaches a container from a Secret: everybody can read a value in a pod or a ConfigMap. Use valueFrom.secretKeyRef.",
  faults: (object) => [
    ...eachContainer(({ env }) =>
      (env ?? [])
        .filter((variable) => isSecretName(variable.name) && Boolean(variable.value))
        .map(({ name }) => `has the value of ${name} in clear`),
    )(object),
    ...(object.kind === "ConfigMap" ? Object.keys(object.data ?? {}) : [])
      .filter(isSecretName)
      .map((name) => `has ${name} in clear`),
  ],
};

type Secret = Partial<Pick<k8s.types.output.core.v1.Secret, "stringData" | "data">>;

/** Minimum length, in characters. A shorter value may occur elsewhere by chance. */
const minLength = 16;

/** Checks values, whatever the name. A preview does not know them. */
export const secretValues: SystemRule = {
  name: "secret-values",
  description:
    "The value of a Secret is in that Secret alone, not in a pod's variables or arguments or in a ConfigMap. Use valueFrom.secretKeyRef.",
  findings(objects) {
    const secrets = ofKind<Secret>(objects, "Secret").flatMap(({ metadata, stringData = {}, data = {} }) => [
      ...Object.entries(stringData).map(([key, value]) => ({ metadata, key, value })),
      ...Object.entries(data).map(([key, value]) => ({
        metadata,
        key,
        value: Buffer.from(value, "base64").toString(),
      })),
    ]);
    return objects.flatMap((object) => {
      const texts = strings(object.kind === "Secret" ? object.metadata : object);
      return secrets
        .filter(({ value }) => value.length >= minLength && texts.some((text) => text.includes(value)))
        .map(({ metadata, key }) => ({
          object,
          fault: `contains the value of ${key} of the Secret ${metadata.namespace}/${metadata.name}`,
        }));
    });
  },
};

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}
