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
  /** Namespace of all objects. Changing it replaces them, with an interruption. */
  readonly namespace: NamespaceRef;
  /** Image, with a version or a digest. */
  readonly image: pulumi.Input<string>;
  /** Port that the container listens on; the variable `PORT` tells it. */
  readonly port: number;
  /** Port of the Service. Default: the container's. */
  readonly servicePort?: number;
  /** Default `ClusterIP`, which is reachable from inside the cluster alone. */
  readonly serviceType?: "ClusterIP" | "NodePort" | "LoadBalancer";
  /** Port of the Service on every node, for the type `NodePort`: 30000 to 32767. Default: the cluster chooses one. */
  readonly nodePort?: number;
  /**
   * Whether Pulumi waits until a LoadBalancer has an address: up to ten minutes on a cluster that gives none. Default
   * true.
   */
  readonly awaitAddress?: boolean;
  /** Path of the liveness probe, which answers 2xx as long as the process works. Default `/health`. */
  readonly healthPath?: string;
  /** Path of the readiness probe, which answers 200 when the service can serve requests. Default `/ready`. */
  readonly readyPath?: string;
  /** Bounds and targets of an autoscaler, or a fixed number of replicas. */
  readonly scaling: Scaling | { readonly replicas: number };
  /** CPU and memory of each pod. */
  readonly resources: Resources;
  /** Timing of the liveness probe, which restarts the pod after three failures. */
  readonly liveness: ProbeTiming;
  /** Timing of the readiness probe, which takes the pod out of the Service after three failures. */
  readonly readiness: ProbeTiming;
  /** Everything that it connects to: startup order, configuration, secrets and network policies follow from it. */
  readonly uses: readonly Dependency[];
  /** Resources that must be ready first without being used. Default: none. */
  readonly startsAfter?: readonly pulumi.Resource[];
  /** Further configuration, which everybody may read. Default: none. */
  readonly env?: Record<string, pulumi.Input<string>>;
  /** Further configuration, which goes into a Secret. Default: none. */
  readonly secretEnv?: Record<string, pulumi.Input<string>>;
  /**
   * An existing Secret of the namespace, mounted as a folder; its path is in the variable `env`. The pods wait until it
   * exists. Default: none.
   */
  readonly secretFolder?: { readonly secret: string; readonly path: string; readonly env: string };
  /** Name of a PriorityClass. Default: the cluster's default. */
  readonly priorityClass?: pulumi.Input<string>;
  /** Clients from outside of the program. Ranges of addresses also restrict a load balancer. Default: nobody. */
  readonly openTo?: readonly Outsider[];
}

const portName = "http";

/**
 * A stateless HTTP service: Deployment, Service, ServiceAccount, configuration, autoscaler, disruption budget and
 * network policies. Its name is its DNS name; renaming it replaces everything, with an interruption.
 *
 * @example
 * const shop = new Microservice("shop", {
 *   namespace, image: "registry.example.com/shop:1.4.0", port: 8080,
 *   scaling: { min: 2, max: 6, cpu: 70, memory: 80 },
 *   resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
 *   liveness: { initialDelay: "30s", period: "10s", timeout: "5s" },
 *   readiness: { initialDelay: "10s", period: "5s", timeout: "3s" },
 *   uses: [postgres.database("orders")],
 * });
 */
export class Microservice extends pulumi.ComponentResource {
  /** URL inside the cluster. */
  readonly url: pulumi.Output<string>;
  /** Service of the pods, whose one port is named `http`. */
  readonly service: k8s.core.v1.Service;
  /** Resources that are ready when the service serves requests. */
  readonly ready: pulumi.Resource[];
  private readonly name: string;
  private readonly consumer: Consumer;
  private readonly port: number;

  constructor(name: string, args: MicroserviceArgs, opts?: pulumi.ComponentResourceOptions) {
    requireDnsLabel("Microservice", name);
    if (args.nodePort !== undefined && args.serviceType !== "NodePort")
      throw new Error(`${name}: a nodePort needs the serviceType "NodePort".`);
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
    if ("min" in args.scaling) autoscale(name, args.namespace, deployment, args.scaling, this);
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

  /** Use of this service by HTTP. Its URL is in `<NAME>_URL`, or in the variable that `as` names. */
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
  // Pulumi names it, and the Secret: a changed value makes an object of another name, and so a rolling update.
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
      spec: {
        // Absent where an autoscaler owns the number.
        replicas: "replicas" in args.scaling ? args.scaling.replicas : undefined,
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
    // After SIGTERM the service serves until every kube-proxy has forgotten it, and then drains.
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
        // The Deployment's readiness is what others wait for; awaiting the Service would add ten seconds of settling.
        ...(awaited ? {} : { annotations: { "pulumi.com/skipAwait": "true" } }),
      },
      spec: {
        type,
        selector: selector(name),
        ports: [{ name: portName, port: args.servicePort ?? args.port, targetPort: portName, nodePort: args.nodePort }],
        ...outside(type, args.openTo ?? []),
      },
    },
    { parent },
  );
}

/**
 * Settings of a Service whose clients are told apart by address. With the policy `Local` no node forwards connections
 * to another, so the network policies see the client's address, not a node's. The price: a node that loses its pod
 * refuses connections until the load balancer has noticed.
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
