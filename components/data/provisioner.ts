import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Connection, Dependency } from "../network/connection.ts";
import type { Login } from "./login.ts";
import { OneOffJob, type OneOffJobArgs } from "../workload/one-off-job.ts";
import type { NamespaceRef } from "../workload/namespace-ref.ts";

export interface ProvisionerArgs {
  readonly namespace: NamespaceRef;
  /** Image of services/provisioner. */
  readonly image: pulumi.Input<string>;
  /** Use of the server as its administrator. */
  readonly administration: Dependency;
}

/** What a command reads from its environment, besides the administrator's login. */
type Settings = Pick<OneOffJobArgs, "env" | "secretEnv">;

/** Consumers' old pods may work on while they drain, a microservice's for 45 s. */
const grace = { GRACE_SECONDS: "50" };

/** Makes on one server what its consumers need, and withdraws it again: by Jobs that log in as the administrator. */
export class Provisioner {
  private readonly args: ProvisionerArgs;
  private readonly parent: pulumi.Resource;

  constructor(args: ProvisionerArgs, parent: pulumi.Resource) {
    this.args = args;
    this.parent = parent;
  }

  /** Runs a command of services/provisioner; done when the Job is. */
  run(name: string, command: string, settings: Settings & Pick<OneOffJobArgs, "startsAfter">): k8s.batch.v1.Job {
    const { namespace, image, administration } = this.args;
    return new OneOffJob(
      name,
      { ...settings, namespace, image, args: ["main.js", command], uses: [administration] },
      { parent: this.parent },
    ).job;
  }

  /** Withdraws a login's previous user, if it has one, by the command that takes it from `settings`. */
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
