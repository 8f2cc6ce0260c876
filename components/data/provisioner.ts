import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Connection, Dependency } from "../network/connection.ts";
import type { Login } from "./login.ts";
import { OneOffJob, type OneOffJobArgs } from "../workload/one-off-job.ts";
import type { NamespaceRef } from "../workload/namespace-ref.ts";

export interface ProvisionerArgs {
  /** Namespace of the Jobs. */
  readonly namespace: NamespaceRef;
  /** Image of the provisioner. */
  readonly image: pulumi.Input<string>;
  /** Use of the server as its administrator. */
  readonly administration: Dependency;
}

/** Variables of one command, beside the administrator's login. */
type Settings = Pick<OneOffJobArgs, "env" | "secretEnv">;

/** Seconds that a login outlives its consumer's last pod, which may drain for 45 s. */
const grace = { GRACE_SECONDS: "50" };

/** Makes and withdraws users, databases, topics or buckets on one server, by Jobs that log in as its administrator. */
export class Provisioner {
  private readonly args: ProvisionerArgs;
  private readonly parent: pulumi.Resource;

  constructor(args: ProvisionerArgs, parent: pulumi.Resource) {
    this.args = args;
    this.parent = parent;
  }

  /** Runs a command of the provisioner. The returned Job is ready when the command has succeeded. */
  run(name: string, command: string, settings: Settings & Pick<OneOffJobArgs, "startsAfter">): k8s.batch.v1.Job {
    const { namespace, image, administration } = this.args;
    return new OneOffJob(
      name,
      { ...settings, namespace, image, args: ["main.js", command], uses: [administration] },
      { parent: this.parent },
    ).job;
  }

  /**
   * Returns what a connection does once its consumer runs: withdraw the login's previous user, if there is one.
   * @param settings variables of the command, for the user that goes
   */
  retire(
    name: string,
    command: string,
    { previousUser }: Login,
    settings: (user: string) => Settings,
  ): NonNullable<Connection["retire"]> {
    return (running) => {
      if (previousUser === undefined) return;
      const { env, secretEnv = {} } = settings(previousUser);
      this.run(`${name}-retire`, command, { env: { ...grace, ...env }, secretEnv, startsAfter: [running] });
    };
  }
}
