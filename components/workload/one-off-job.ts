import type * as k8s from "@pulumi/kubernetes";
import * as kx from "@pulumi/kubernetesx";
import * as pulumi from "@pulumi/pulumi";
import { connectAll, type Consumer, type Dependency } from "../network/connection.ts";
import { labels, selector } from "./labels.ts";
import { edgePolicies } from "../network/network-policy.ts";
import { bounded, ownUid, restrictedContainer, restrictedPod, scratch, type Resources } from "./pod.ts";
import { secretVariables } from "./secret-variables.ts";
import { ownAccount } from "./service-account.ts";

export interface OneOffJobArgs {
  readonly namespace: pulumi.Input<string>;
  readonly image: pulumi.Input<string>;
  /** Arguments to the image's entry point. */
  readonly args: string[];
  readonly env?: Record<string, pulumi.Input<string>>;
  /** Values that reach the container by secretKeyRef. */
  readonly secretEnv?: Record<string, pulumi.Input<string>>;
  readonly uses: readonly Dependency[];
  /** What only has to be ready first. */
  readonly startsAfter?: readonly pulumi.Resource[];
}

const resources: Resources = {
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { cpu: "1", memory: "256Mi" },
};

/**
 * A Job that runs to completion once and again whenever its inputs change: Pulumi waits for it, so what depends
 * on it starts only after it succeeded. Must be idempotent: a pod that dies half-way is run again.
 *
 * The only use of kubernetesx, which is archived: its Job takes the environment as a map, and the defects of its other
 * classes (names guessed from images, fixed replicas) do not touch a Job whose container is named here.
 */
export class OneOffJob extends pulumi.ComponentResource {
  /** Done when this is. */
  readonly job: k8s.batch.v1.Job;

  constructor(name: string, args: OneOffJobArgs, opts?: pulumi.ComponentResourceOptions) {
    const consumer: Consumer = { name, namespace: args.namespace, labels: selector(name) };
    const connection = connectAll(consumer, args.uses);
    super("chatdb:components:OneOffJob", name, {}, opts);

    const secretEnv = { ...connection.secretEnv, ...args.secretEnv };
    const metadata = { namespace: args.namespace, labels: labels(name, "job") };
    const { volumes, volumeMounts } = scratch(["/tmp"]);
    this.job = new kx.Job(
      name,
      {
        metadata,
        spec: {
          backoffLimit: 4,
          activeDeadlineSeconds: 600,
          template: {
            metadata: { labels: metadata.labels },
            spec: {
              ...restrictedPod(ownUid),
              serviceAccountName: ownAccount(name, args.namespace, "job", this).metadata.name,
              restartPolicy: "OnFailure",
              volumes,
              containers: [
                {
                  name: "job",
                  image: args.image,
                  imagePullPolicy: "IfNotPresent",
                  args: args.args,
                  env: { ...connection.env, ...args.env, ...secretVariables(name, secretEnv, metadata, this) },
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
