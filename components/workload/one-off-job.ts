import type * as k8s from "@pulumi/kubernetes";
import * as kx from "@pulumi/kubernetesx";
import * as pulumi from "@pulumi/pulumi";
import { connectAll, type Consumer, type Dependency } from "../network/connection.ts";
import { dnsLabel } from "./dns-label.ts";
import { labels, selector } from "./labels.ts";
import { edgePolicies } from "../network/network-policy.ts";
import { bounded, ownUid, restrictedContainer, restrictedPod, scratch, type Resources } from "./pod.ts";
import { secretVariables } from "./secret-variables.ts";
import { ownAccount } from "./service-account.ts";
import type { NamespaceRef } from "./namespace-ref.ts";

export interface OneOffJobArgs {
  /** Namespace of the Job. */
  readonly namespace: NamespaceRef;
  /** Image, with a version or a digest. */
  readonly image: pulumi.Input<string>;
  /** Arguments of the image's entry point. */
  readonly args: string[];
  /** Variables, which everybody may read. Default: none. */
  readonly env?: Record<string, pulumi.Input<string>>;
  /** Variables, which reach the container by secretKeyRef. Default: none. */
  readonly secretEnv?: Record<string, pulumi.Input<string>>;
  /** Everything that it connects to. */
  readonly uses: readonly Dependency[];
  /** Resources that must be ready first without being used. Default: none. */
  readonly startsAfter?: readonly pulumi.Resource[];
}

/** Characters of a Job's name, to which Pulumi appends a dash and eight more. */
const longestName = 63 - 9;

const resources: Resources = {
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { cpu: "1", memory: "256Mi" },
};

/**
 * A Job that runs once, and again whenever its inputs change. Pulumi waits for it, so what depends on it starts after
 * it has succeeded. It must be idempotent: Kubernetes starts another pod when one dies. A name that Kubernetes refuses
 * is changed into one that it takes, since nobody addresses a Job.
 *
 * The only use of kubernetesx, which is archived: its Job takes the environment as a map, and the defects of its other
 * classes (names guessed from images, fixed replicas) do not touch a Job whose container is named here.
 *
 * @example
 * const { job } = new OneOffJob("migrate", { namespace, image, args: ["migrate.js"], uses:
 * [postgres.database("orders")] });
 */
export class OneOffJob extends pulumi.ComponentResource {
  /** The Job, which is ready when it has succeeded. */
  readonly job: k8s.batch.v1.Job;

  constructor(name: string, args: OneOffJobArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace } = args;
    const label = dnsLabel(name, longestName);
    const consumer: Consumer = { name: label, namespace, labels: selector(label) };
    const connection = connectAll(consumer, args.uses);
    super("platform:workload:OneOffJob", name, {}, opts);

    const secretEnv = { ...connection.secretEnv, ...args.secretEnv };
    const metadata = { namespace: namespace.created, labels: labels(label, "job", namespace) };
    const { volumes, volumeMounts } = scratch(["/tmp"]);
    this.job = new kx.Job(
      label,
      {
        metadata,
        spec: {
          backoffLimit: 4,
          activeDeadlineSeconds: 600,
          template: {
            metadata: { labels: metadata.labels },
            spec: {
              ...restrictedPod(ownUid),
              serviceAccountName: ownAccount(label, namespace, "job", this).metadata.name,
              restartPolicy: "OnFailure",
              volumes,
              containers: [
                {
                  name: "job",
                  image: args.image,
                  imagePullPolicy: "IfNotPresent",
                  args: args.args,
                  env: { ...connection.env, ...args.env, ...secretVariables(label, secretEnv, metadata, this) },
                  resources: bounded(resources),
                  volumeMounts,
                  ...restrictedContainer,
                },
              ],
            },
          },
        },
      },
      {
        parent: this,
        dependsOn: [
          ...connection.readyWhen,
          ...(args.startsAfter ?? []),
          ...edgePolicies(consumer, connection.destinations, this),
        ],
      },
    );
    connection.retire(this.job);
    this.registerOutputs({ uses: args.uses.map((dependency) => dependency.name) });
  }
}
