import { stringify } from "yaml";
import { secretSetting } from "../config/project.ts";
import { systemsOf } from "./identity.ts";
import type { RecordedResource } from "./recorder.ts";
import { kind, waves } from "./waves.ts";

/** A Kubernetes object, ready to be written as YAML. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Record<string, string>;
    readonly labels?: Record<string, string>;
  };
  readonly [field: string]: unknown;
}

/** Form of Secrets: references to a secret store, or values in clear for a cluster that is thrown away. */
export type SecretForm = { readonly form: "external"; readonly store: string } | { readonly form: "clear" };

/** Lists the Kubernetes objects of a program by wave. Names, order and content depend on the program alone. */
export function manifests(resources: readonly RecordedResource[], secrets: SecretForm): Manifest[][] {
  const wave = waves(resources);
  const keys = secretKeys(resources);
  const byWave: Manifest[][] = [];
  for (const resource of resources) {
    if (!resource.type.startsWith("kubernetes:")) continue;
    const number = wave.get(resource.urn) ?? 0;
    (byWave[number] ??= []).push(manifest(resource, number, secrets, keys));
  }
  return Array.from(byWave, (objects = []) => objects.sort(byKindAndName));
}

/** Argo CD applies an object when all earlier waves are healthy. */
const syncWave = "argocd.argoproj.io/sync-wave";
/** With this option, Argo CD deletes a Job before it makes it again, since the template of a Job cannot change. */
const argoHook = { "argocd.argoproj.io/sync-options": "Replace=true,Force=true" };

function manifest(
  resource: RecordedResource,
  wave: number,
  secrets: SecretForm,
  keys: ReadonlyMap<string, string>,
): Manifest {
  // oxlint-disable-next-line typescript/no-unused-vars -- the provider adds the status
  const { status, ...object } = structuredClone(resource.inputs) as unknown as Manifest & { status?: unknown };
  const annotations = Object.entries(object.metadata.annotations ?? {}).filter(
    ([key]) => !key.startsWith("pulumi.com/"),
  );
  const annotated: Manifest = {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        ...Object.fromEntries(annotations),
        [syncWave]: String(wave),
        ...(kind(resource) === "Job" ? argoHook : {}),
      },
    },
  };
  return annotated.kind === "Secret" && secrets.form === "external"
    ? externalSecret(annotated, secrets.store, keys)
    : annotated;
}

/**
 * Key of each generated password in the secret store, by its value: the name of its system and its own.
 * @throws Error where two would have one key.
 */
function secretKeys(resources: readonly RecordedResource[]): Map<string, string> {
  const systemOf = systemsOf(resources);
  const generated = resources.filter(({ type }) => type === "random:index/randomPassword:RandomPassword");
  const owners = new Map<string, string>();
  return new Map(
    generated.map((resource) => {
      const key = `${systemOf(resource)}-${resource.name}`;
      const other = owners.get(key);
      if (other !== undefined)
        throw new Error(`Two passwords have the key ${key} in the secret store: ${other} and ${resource.urn}.`);
      owners.set(key, resource.urn);
      return [String(resource.inputs.result), key];
    }),
  );
}

/**
 * The Secret's stand-in for https://external-secrets.io: the operator fills a Secret of the same name from the store,
 * which keeps each password once, under `<system>-<name in the program>`, in the property `password`.
 */
function externalSecret(secret: Manifest, store: string, keys: ReadonlyMap<string, string>): Manifest {
  const values = Object.entries(secret.stringData as Record<string, string>).sort(([a], [b]) =>
    a.localeCompare(b, "en"),
  );
  const keyOf = (value: string) => keys.get(value) ?? secretSetting(value);
  const remote = values.flatMap(([secretKey, value]) => {
    const key = keyOf(value);
    return key === undefined ? [] : [{ secretKey, remoteRef: { key, property: "password" } }];
  });
  const literal = values.filter(([, value]) => keyOf(value) === undefined);
  const templated = [...literal, ...remote.map(({ secretKey }) => [secretKey, `{{ .${secretKey} }}`])];
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: secret.metadata,
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { kind: "ClusterSecretStore", name: store },
      target: {
        name: secret.metadata.name,
        creationPolicy: "Owner",
        ...(literal.length > 0 ? { template: { data: Object.fromEntries(templated) as Record<string, string> } } : {}),
      },
      data: remote,
    },
  };
}

/** Order of kinds within a wave: objects that others refer to come first. */
const kinds = [
  "Namespace",
  "PriorityClass",
  "ServiceAccount",
  "NetworkPolicy",
  "Secret",
  "ExternalSecret",
  "ConfigMap",
  "Service",
  "StatefulSet",
  "Deployment",
  "Job",
];

function byKindAndName(a: Manifest, b: Manifest): number {
  const rank = ({ kind }: Manifest) => (kinds.includes(kind) ? kinds.indexOf(kind) : kinds.length);
  const key = ({ kind, metadata }: Manifest) => `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
  return rank(a) - rank(b) || key(a).localeCompare(key(b), "en");
}

/** Objects as a YAML stream, keys in a fixed order. */
export function toYaml(objects: readonly Manifest[]): string {
  return objects
    .map((object) => `---\n${stringify(object, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false })}`)
    .join("");
}
