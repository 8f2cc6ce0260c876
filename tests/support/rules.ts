import { isClusterWide } from "../../policies/kubernetes.ts";
import { breaches } from "../../policies/rule.ts";
import { objectRules } from "../../policies/rules/index.ts";
import type { RecordedResource } from "../../render/recorder.ts";
import { kind } from "../../render/waves.ts";
import { containers, kubernetesObjects, objects, workloads, type Workload } from "../../render/objects.ts";

/** A rule for every program. It returns one line for each fault. */
export type Rule = (resources: readonly RecordedResource[]) => string[];

const perWorkload =
  (check: (workload: Workload) => string[]): Rule =>
  (resources) =>
    workloads(resources).flatMap((workload) =>
      check(workload).map((fault) => `${workload.kind} ${workload.name}: ${fault}`),
    );

const expectThat = (holds: boolean | undefined, fault: string) => (holds ? [] : [fault]);

function duplicates(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** Containers and ports have names. kubernetesx would name them after the image, or `undefined`. */
const named = perWorkload(({ pod }) => [
  ...containers({ pod } as Workload).flatMap(({ name, ports }) => [
    ...expectThat(name !== undefined && name !== "", "has a container without a name"),
    ...(ports ?? []).flatMap((port) =>
      expectThat(port.name !== undefined && port.name !== "undefined", `port ${port.containerPort} has no name`),
    ),
  ]),
  ...duplicates(containers({ pod } as Workload).map(({ name }) => name)).map((name) => `has two containers ${name}`),
]);

const mounted = perWorkload((workload) => {
  const claims =
    workload.kind === "StatefulSet"
      ? (workload.object as { spec: { volumeClaimTemplates: { metadata: { name: string } }[] } }).spec
          .volumeClaimTemplates
      : [];
  const volumes = [
    ...(workload.pod.volumes ?? []).map(({ name }) => name),
    ...claims.map(({ metadata }) => metadata.name),
  ];
  return [
    ...duplicates(volumes).map((name) => `has two volumes ${name}`),
    ...containers(workload).flatMap(({ volumeMounts }) => [
      ...(volumeMounts ?? []).flatMap(({ name }) =>
        expectThat(volumes.includes(name), `mounts ${name}, which is no volume of it`),
      ),
      ...duplicates((volumeMounts ?? []).map(({ mountPath }) => mountPath)).map(
        (path) => `mounts two volumes at ${path}`,
      ),
    ]),
  ];
});

/** Selectors are one label. Any change of a selector would replace its workload. */
const frozenSelectors: Rule = (resources) => {
  const selectors = [...objects(resources, "Deployment"), ...objects(resources, "StatefulSet")].map(
    ({ metadata, spec }) => ({
      ...metadata,
      labels: spec.selector.matchLabels,
    }),
  );
  return [
    ...selectors.flatMap(({ name, labels }) =>
      expectThat(
        JSON.stringify(labels) === JSON.stringify({ "app.kubernetes.io/name": name }),
        `${name} selects by ${JSON.stringify(labels)}`,
      ),
    ),
    ...duplicates(
      workloads(resources).map(({ namespace, podLabels }) => `${namespace} ${podLabels["app.kubernetes.io/name"]}`),
    ).map((labels) => `two workloads have the labels ${labels}`),
  ];
};

/** Services and disruption budgets select an existing workload, on an existing port. */
const selecting: Rule = (resources) => {
  const selected = (namespace: string, labels: Record<string, string>) =>
    workloads(resources).filter(
      (workload) =>
        workload.namespace === namespace &&
        Object.entries(labels).every(([key, value]) => workload.podLabels[key] === value),
    );
  return [
    ...objects(resources, "Service").flatMap(({ metadata, spec }) => {
      const [workload, ...others] = selected(metadata.namespace, spec.selector);
      const ports = workload?.pod.containers.flatMap((container) => container.ports.map(({ name }) => name)) ?? [];
      return [
        ...expectThat(workload && others.length === 0, `Service ${metadata.name} does not select one workload`),
        ...spec.ports.flatMap(({ name, targetPort }) =>
          expectThat(
            name !== undefined && ports.includes(String(targetPort)),
            `Service ${metadata.name} leads to a port ${targetPort}, which there is not`,
          ),
        ),
      ];
    }),
    ...objects(resources, "PodDisruptionBudget").flatMap(({ metadata, spec }) =>
      expectThat(
        selected(metadata.namespace, spec.selector.matchLabels).length === 1,
        `PodDisruptionBudget ${metadata.name} does not select one workload`,
      ),
    ),
  ];
};

/** Pods refer only to objects in their own namespace. */
const referring: Rule = (resources) => {
  const has = (kind: "ConfigMap" | "Secret" | "ServiceAccount", workload: Workload, name: string, key?: string) =>
    objects(resources, kind).some(({ metadata, ...object }) => {
      const keys = "stringData" in object ? Object.keys(object.stringData) : [];
      return (
        metadata.name === name && metadata.namespace === workload.namespace && (key === undefined || keys.includes(key))
      );
    });
  return perWorkload((workload) => [
    ...(workload.pod.serviceAccountName === undefined
      ? []
      : expectThat(has("ServiceAccount", workload, workload.pod.serviceAccountName), "its account is not there")),
    ...containers(workload).flatMap(({ env, envFrom }) => [
      ...(envFrom ?? []).flatMap(({ configMapRef }) =>
        expectThat(has("ConfigMap", workload, configMapRef?.name), `ConfigMap ${configMapRef?.name} is not there`),
      ),
      ...(env ?? []).flatMap(({ name, valueFrom }) => {
        const secret = valueFrom?.secretKeyRef;
        return secret
          ? expectThat(
              has("Secret", workload, secret.name, secret.key),
              `${name} comes from a secret that is not there`,
            )
          : [];
      }),
    ]),
  ])(resources);
};

/** Only Secrets have secret inputs, and no output of a component contains a secret value. */
const kept: Rule = (resources) => {
  const values = [
    ...new Set(objects(resources, "Secret").flatMap(({ stringData }) => Object.values(stringData ?? {}))),
  ].filter((value) => value.length >= 16);
  return resources
    .filter((resource) => kind(resource) !== "Secret" && kind(resource) !== "RandomPassword")
    .flatMap(({ type, name, secrets, outputs }) => [
      ...secrets.map((path) => `${type} ${name}: ${path} is secret`),
      ...values
        .filter((value) => JSON.stringify(outputs).includes(value))
        .map(() => `${type} ${name}: a secret stands in clear`),
    ]);
};

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

const addressed: Rule = (resources) => {
  const all = resources.filter(({ type }) => type.startsWith("kubernetes:"));
  const namespaces = objects(resources, "Namespace").map(({ metadata }) => metadata.name);
  const metadata = ({ inputs }: RecordedResource) => inputs.metadata as { name?: string; namespace?: string };
  return [
    ...duplicates(resources.map(({ urn }) => urn)).map((urn) => `two resources are ${urn}`),
    ...duplicates(all.map((one) => `${kind(one)} ${metadata(one).namespace}/${metadata(one).name}`)).map(
      (name) => `two objects are ${name}`,
    ),
    ...all.flatMap((one) => [
      ...expectThat(dnsLabel.test(metadata(one).name ?? ""), `${one.name}: ${metadata(one).name} is no name`),
      ...(isClusterWide(kind(one))
        ? []
        : expectThat(
            namespaces.includes(metadata(one).namespace ?? ""),
            `${one.name} is in no namespace of the system`,
          )),
      ...expectThat(one.provider?.endsWith("::cluster"), `${one.name} goes to whatever cluster is the current one`),
    ]),
  ];
};

/** Every resource belongs to a component. A dependency on a component waits only for the resources in it. */
const grouped: Rule = (resources) =>
  resources
    .filter(({ type }) => !type.startsWith("pulumi:providers:") && !type.startsWith("platform:systems:"))
    .flatMap(({ parent, name }) =>
      expectThat(
        resources.some(({ urn, custom }) => urn === parent && !custom),
        `${name} is part of no component`,
      ),
    );

export const rules = {
  named,
  mounted,
  frozenSelectors,
  selecting,
  referring,
  kept,
  addressed,
  grouped,
} satisfies Record<string, Rule>;

/** Returns the faults by the rules and policies about pods, which also apply to a single component. */
export function podFaults(resources: readonly RecordedResource[]): string[] {
  return [
    ...breaches(objectRules, kubernetesObjects(resources)),
    ...[named, mounted].flatMap((rule) => rule(resources)),
  ];
}
