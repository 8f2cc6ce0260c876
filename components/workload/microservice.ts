import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { autoscale, type Scaling } from "./autoscaler.ts";
import { dnsLabel, requireDnsLabel } from "./dns-label.ts";
import { connectAll, type Connection, type Consumer, type Dependency } from "../network/connection.ts";
import { labels, selector } from "./labels.ts";
import { edgePolicies, ingressFromOutside, type Outsider } from "../network/network-policy.ts";
import {
  bounded,
  ownUid,
  probe,
  restrictedContainer,
  restrictedPod,
  scratch,
  spread,
  startupProbe,
  type ProbeTiming,
  type Resources,
} from "./pod.ts";
import { asEnv, secretVariables, type SecretVariables } from "./secret-variables.ts";
import { ownAccount } from "./service-account.ts";
import type { NamespaceRef } from "./namespace-ref.ts";

export interface MicroserviceArgs {
  readonly namespace: NamespaceRef;
  readonly image: pulumi.Input<string>;
  /** Port that the container listens on; it learns it from `PORT`. */
  readonly port: number;
  /** Port of the Service. Default: the container's. */
  readonly servicePort?: number;
  /** Default `ClusterIP`, reachable from inside the cluster alone. */
  readonly serviceType?: "ClusterIP" | "NodePort" | "LoadBalancer";
  /** Whether Pulumi waits until a LoadBalancer has an address: a cluster that gives none costs ten minutes. Default true. */
  readonly awaitAddress?: boolean;
  /** Path of the liveness probe: answers as long as the process works. Default `/health`. */
  readonly healthPath?: string;
  /** Path of the readiness probe: answers 200 when requests will be served. Default `/ready`. */
  readonly readyPath?: string;
  readonly scaling: Scaling;
  readonly resources: Resources;
  readonly liveness: ProbeTiming;
  readonly readiness: ProbeTiming;
  /** All that it talks to: startup order, configuration, secrets and network policy follow from it. */
  readonly uses: readonly Dependency[];
  /** What only has to be ready first. */
  readonly startsAfter?: readonly pulumi.Resource[];
  /** Further configuration. Not for secrets. */
  readonly env?: Record<string, pulumi.Input<string>>;
  /** Further configuration that is secret. */
  readonly secretEnv?: Record<string, pulumi.Input<string>>;
  /** An existing Secret of the namespace, as a folder of files; the pods wait until it is there. Its path goes into the variable `env`. */
  readonly secretFolder?: { readonly secret: string; readonly path: string; readonly env: string };
  /** Name of a PriorityClass. Default: the cluster's default. */
  readonly priorityClass?: pulumi.Input<string>;
  /** Who else may connect, without an edge. Ranges of addresses also bind the load balancer. Default: nobody. */
  readonly openTo?: readonly Outsider[];
}

const portName = "http";

/**
 * A stateless HTTP service: Deployment, Service, ServiceAccount, configuration, autoscaler, disruption budget and
 * network policies. Its name is its DNS name; renaming it replaces everything.
 */
export class Microservice extends pulumi.ComponentResource {
  /** Address inside the cluster. */
  readonly url: pulumi.Output<string>;
  readonly service: k8s.core.v1.Service;
  /** Requests are served when these are ready. */
  readonly ready: pulumi.Resource[];
  private readonly name: string;
  private readonly consumer: Consumer;
  private readonly port: number;

  constructor(name: string, args: MicroserviceArgs, opts?: pulumi.ComponentResourceOptions) {
    requireDnsLabel("Microservice", name);
    const consumer: Consumer = { name, namespace: args.namespace, labels: selector(name) };
    const connection = connectAll(consumer, args.uses);
    super("platform:workload:Microservice", name, {}, opts);
    this.name = name;
    this.consumer = consumer;
    this.port = args.port;

    const deployment = deploy(name, args, consumer, connection, this);
    connection.retire(deployment);
    this.service = expose(name, args, this);
    this.ready = [deployment, this.service];
    autoscale(name, args.namespace, deployment, args.scaling, this);
    new k8s.policy.v1.PodDisruptionBudget(
      name,
      {
        metadata: { name, namespace: args.namespace.created, labels: labels(name, "service", args.namespace) },
        spec: { maxUnavailable: 1, selector: { matchLabels: selector(name) } },
      },
      { parent: this },
    );
    this.url = pulumi.interpolate`http://${this.service.metadata.name}.${args.namespace.name}.svc.cluster.local:${args.servicePort ?? args.port}`;
    this.registerOutputs({ url: this.url, uses: args.uses.map(asOutput) });
  }

  /** Use of this service over HTTP. Its address is in `<NAME>_URL`, or in the variable that `as` names. */
  http({ as = `${this.name.toUpperCase().replaceAll("-", "_")}_URL` }: { as?: string } = {}): Dependency {
    return {
      name: this.name,
      component: this,
      connect: () => ({
        env: { [as]: this.url },
        secretEnv: {},
        destinations: [{ to: this.consumer, port: this.port }],
        readyWhen: this.ready,
      }),
    };
  }
}

/** A use as the dependency graph reads it from the component's outputs. */
function asOutput({ name, lazy = false, component }: Dependency) {
  return { name, lazy, ...(component && { urn: component.urn }) };
}

function deploy(
  name: string,
  args: MicroserviceArgs,
  consumer: Consumer,
  connection: Connection,
  parent: pulumi.Resource,
) {
  const metadata = { namespace: args.namespace.created, labels: labels(name, "service", args.namespace) };
  const account = ownAccount(name, args.namespace, "service", parent);
  // Named by Pulumi, as the Secret is: a changed value is a new object under a new name, and so a rolling update.
  const config = new k8s.core.v1.ConfigMap(
    name,
    {
      metadata,
      immutable: true,
      data: {
        PORT: String(args.port),
        ...connection.env,
        ...(args.secretFolder && { [args.secretFolder.env]: args.secretFolder.path }),
        ...args.env,
      },
    },
    { parent },
  );
  const secrets = secretVariables(name, { ...connection.secretEnv, ...args.secretEnv }, metadata, parent);
  const policies = edgePolicies(consumer, connection.destinations, parent);
  if (args.openTo?.length) policies.push(openToOutsiders(name, args.namespace, args.openTo, args.port, parent));

  return new k8s.apps.v1.Deployment(
    name,
    {
      metadata: { ...metadata, name },
      // No replicas: the autoscaler owns them.
      spec: {
        selector: { matchLabels: selector(name) },
        revisionHistoryLimit: 3,
        progressDeadlineSeconds: 180,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: {
          metadata: { labels: metadata.labels },
          spec: {
            ...restrictedPod(ownUid),
            serviceAccountName: account.metadata.name,
            priorityClassName: args.priorityClass,
            ...podSpec(name, args, config.metadata.name, secrets),
          },
        },
      },
    },
    { parent, dependsOn: [...connection.readyWhen, ...(args.startsAfter ?? []), ...policies] },
  );
}

function podSpec(
  name: string,
  args: MicroserviceArgs,
  configMap: pulumi.Input<string>,
  secrets: SecretVariables,
): Pick<
  k8s.types.input.core.v1.PodSpec,
  "containers" | "volumes" | "topologySpreadConstraints" | "terminationGracePeriodSeconds"
> {
  const healthy = { httpGet: { path: args.healthPath ?? "/health", port: portName } };
  const ready = { httpGet: { path: args.readyPath ?? "/ready", port: portName } };
  const { volumes, volumeMounts } = withSecret(scratch(["/tmp"]), args.secretFolder);
  return {
    volumes,
    // The service itself goes on serving for a moment after SIGTERM, until every kube-proxy has forgotten it, and then drains.
    terminationGracePeriodSeconds: 45,
    ...spread(selector(name)),
    containers: [
      {
        name,
        image: args.image,
        imagePullPolicy: "IfNotPresent",
        ports: [{ name: portName, containerPort: args.port }],
        envFrom: [{ configMapRef: { name: configMap } }],
        env: asEnv(secrets),
        resources: bounded(args.resources),
        startupProbe: startupProbe(healthy, 120),
        livenessProbe: probe(healthy, args.liveness),
        readinessProbe: probe(ready, args.readiness),
        volumeMounts,
        ...restrictedContainer,
      },
    ],
  };
}

function withSecret({ volumes, volumeMounts }: ReturnType<typeof scratch>, folder: MicroserviceArgs["secretFolder"]) {
  if (!folder) return { volumes, volumeMounts };
  const name = "secrets";
  return {
    volumes: [...volumes, { name, secret: { secretName: folder.secret } }],
    volumeMounts: [...volumeMounts, { name, mountPath: folder.path, readOnly: true }],
  };
}

function expose(name: string, args: MicroserviceArgs, parent: pulumi.Resource) {
  const type = args.serviceType ?? "ClusterIP";
  const awaited = type === "LoadBalancer" && (args.awaitAddress ?? true);
  return new k8s.core.v1.Service(
    name,
    {
      metadata: {
        name,
        namespace: args.namespace.created,
        labels: labels(name, "service", args.namespace),
        // The Deployment's readiness is the gate; the provider would let the Service settle for ten seconds more.
        ...(awaited ? {} : { annotations: { "pulumi.com/skipAwait": "true" } }),
      },
      spec: {
        type,
        selector: selector(name),
        ports: [{ name: portName, port: args.servicePort ?? args.port, targetPort: portName }],
        ...outside(type, args.openTo ?? []),
      },
    },
    { parent },
  );
}

/**
 * What a Service does so that ranges of addresses are told apart. By the policy `Local` no node passes connections on to
 * another one, so that the pods and their network policies see the client's address, not that of a node. The price: a node
 * that loses its pod refuses connections until the load balancer has noticed.
 */
function outside(
  type: MicroserviceArgs["serviceType"],
  openTo: readonly Outsider[],
): Partial<k8s.types.input.core.v1.ServiceSpec> {
  const ranges = openTo.flatMap((outsider) => (outsider !== "anyone" && "cidr" in outsider ? [outsider.cidr] : []));
  if (ranges.length === 0 || type === "ClusterIP") return {};
  return { externalTrafficPolicy: "Local", ...(type === "LoadBalancer" && { loadBalancerSourceRanges: ranges }) };
}

function openToOutsiders(
  name: string,
  namespace: NamespaceRef,
  outsiders: readonly Outsider[],
  port: number,
  parent: pulumi.Resource,
) {
  return new k8s.networking.v1.NetworkPolicy(
    `${name}-public`,
    {
      metadata: { name: dnsLabel(`${name}-public`), namespace: namespace.created },
      spec: ingressFromOutside(selector(name), outsiders, port),
    },
    { parent },
  );
}
