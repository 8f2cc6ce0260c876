import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { connectAll, type Connection, type Consumer, type Dependency } from "../network/connection.ts";
import { labels, selector } from "./labels.ts";
import { edgePolicies } from "../network/network-policy.ts";
import { ownUid, restrictedContainer, restrictedPod, scratch } from "./pod.ts";
import { dnsLabel } from "./dns-label.ts";
import { seconds, type Duration, type Size } from "./quantities.ts";
import { asEnv, secretVariables, type SecretVariables } from "./secret-variables.ts";
import { ownAccount } from "./service-account.ts";
import type { NamespaceRef } from "./namespace-ref.ts";

type Container = k8s.types.input.core.v1.Container;

/** One container of a run. It sees the secrets of what it uses, not those of other steps. */
export interface Step {
  /** Name of the container. */
  readonly name: string;
  /** Image, with a version or a digest. */
  readonly image: pulumi.Input<string>;
  /** Program to run. Default: the image's entry point. */
  readonly command?: string[];
  /** Arguments. Default: the image's own. */
  readonly args?: string[];
  /** Variables, which everybody may read. Default: none. */
  readonly env?: Record<string, pulumi.Input<string>>;
  /** Everything that it connects to. */
  readonly uses: readonly Dependency[];
  /** Whether the run is retried when this step fails. Default true. A step that was killed is retried in any case. */
  readonly retried?: boolean;
}

export interface ScheduledJobArgs {
  /** Namespace of the CronJob. */
  readonly namespace: NamespaceRef;
  /**
   * Five fields of cron, in UTC: `"0 3 * * *"`. Default: none, people start it: `kubectl create job
   * --from=cronjob/NAME`.
   */
  readonly schedule?: string;
  /** Steps of a run, which are run one after the other. */
  readonly steps: readonly [Step, ...Step[]];
  /** Size of {@link workspace}, on the node's disk. A run that needs more is evicted, and fails. */
  readonly storage: Size;
  /** Time after which a run is stopped, with its retries, and fails. */
  readonly timeLimit: Duration;
}

/** Directory that the steps of a run share, empty at first. */
export const workspace = "/workspace";

/**
 * Resources of a step. The workspace is part of the limit of disk space, not of the request, so a node need not have it
 * free.
 */
function resources(storage: Size): Container["resources"] {
  return {
    requests: { cpu: "50m", memory: "64Mi", "ephemeral-storage": "64Mi" },
    limits: { cpu: "1", memory: "512Mi", "ephemeral-storage": storage },
  };
}

/** Characters of a CronJob's name, to which Kubernetes appends a time. */
const longestName = 52;

/** February never has a 31st day. A CronJob needs a schedule, even one that is suspended. */
const never = "0 0 31 2 *";

/**
 * A CronJob whose runs never overlap, and consist of steps that share a directory.
 *
 * @example
 * new ScheduledJob("report", {
 *   namespace, schedule: "0 6 * * 1", storage: "1Gi", timeLimit: "1h",
 *   steps: [{ name: "query", image, uses: [postgres.database("orders", { access: "read" })] }, { name: "send", image, uses: [mail] }],
 * });
 */
export class ScheduledJob extends pulumi.ComponentResource {
  constructor(name: string, args: ScheduledJobArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace } = args;
    const label = dnsLabel(name, longestName);
    const consumer: Consumer = { name: label, namespace, labels: selector(label) };
    const steps = args.steps.map((step) => ({ ...step, connection: connectAll(consumer, step.uses) }));
    super("platform:workload:ScheduledJob", name, {}, opts);

    const metadata = { namespace: namespace.created, labels: labels(label, "job", namespace) };
    const containers = steps.map((step) =>
      container(
        step,
        args.storage,
        secretVariables(`${label}-${step.name}`, step.connection.secretEnv, metadata, this),
      ),
    );
    const destinations = steps.flatMap(({ connection }) => connection.destinations);
    const cronJob = new k8s.batch.v1.CronJob(
      label,
      {
        // A fixed name, for people who start it by hand.
        metadata: { ...metadata, name: label },
        spec: {
          schedule: args.schedule ?? never,
          timeZone: "Etc/UTC",
          suspend: args.schedule === undefined,
          concurrencyPolicy: "Forbid",
          // A controller that was away starts a run that it missed by less than this.
          startingDeadlineSeconds: 3600,
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 3,
          jobTemplate: {
            metadata: { labels: metadata.labels },
            spec: {
              backoffLimit: 2,
              activeDeadlineSeconds: seconds(args.timeLimit),
              podFailurePolicy: failurePolicy(args.steps),
              template: {
                metadata: { labels: metadata.labels },
                spec: {
                  ...restrictedPod(ownUid),
                  serviceAccountName: ownAccount(label, namespace, "job", this).metadata.name,
                  // A step cannot resume half-way: each attempt is a pod of its own, with an empty workspace.
                  restartPolicy: "Never",
                  volumes: [{ name: "workspace", emptyDir: { sizeLimit: args.storage } }, ...scratch(["/tmp"]).volumes],
                  initContainers: containers.slice(0, -1),
                  containers: containers.slice(-1),
                },
              },
            },
          },
        },
      },
      {
        parent: this,
        dependsOn: [
          ...steps.flatMap(({ connection }) => connection.readyWhen),
          ...edgePolicies(consumer, destinations, this),
        ],
      },
    );
    for (const { connection } of steps) connection.retire(cronJob);
    this.registerOutputs({ uses: args.steps.flatMap(({ uses }) => uses.map((dependency) => dependency.name)) });
  }
}

function container(
  { connection, ...step }: Step & { connection: Connection },
  storage: Size,
  secrets: SecretVariables,
): Container {
  const env = Object.entries({ ...connection.env, ...step.env }).map(([name, value]) => ({ name, value }));
  return {
    name: step.name,
    image: step.image,
    imagePullPolicy: "IfNotPresent",
    command: step.command,
    args: step.args,
    env: [...env, ...(asEnv(secrets) ?? [])],
    resources: resources(storage),
    // The pod's status keeps the reason of a failure when the log is gone.
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: [{ name: "workspace", mountPath: workspace }, ...scratch(["/tmp"]).volumeMounts],
    ...restrictedContainer,
  };
}

/** Fails the run at a step that is not retried, by exit codes 1 and 2; a step that was killed has a code above 128. */
function failurePolicy(steps: readonly Step[]): k8s.types.input.batch.v1.PodFailurePolicy | undefined {
  const final = steps.filter(({ retried }) => retried === false);
  if (final.length === 0) return undefined;
  return {
    rules: final.map(({ name }) => ({
      action: "FailJob",
      onExitCodes: { containerName: name, operator: "In", values: [1, 2] },
    })),
  };
}
