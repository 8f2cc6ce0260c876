import type * as pulumi from "@pulumi/pulumi";
import { administrator } from "./administrator.ts";
import type { Destination } from "../network/connection.ts";
import { selector } from "../workload/labels.ts";
import { probe, startupProbe, type ProbeTiming } from "../workload/pod.ts";
import { serverArgs, StatefulService, type ServerArgs } from "../workload/stateful-service.ts";

/** A PostgreSQL server and its administrator: what a Job needs to make databases and roles. */
export interface PostgresServer {
  readonly host: pulumi.Input<string>;
  readonly port: number;
  readonly ssl: "require" | "disable";
  readonly adminUser: string;
  readonly adminPassword: pulumi.Input<string>;
  readonly destination: Destination;
  readonly readyWhen: pulumi.Resource[];
}

export interface PostgresServerArgs extends ServerArgs {
  /**
   * The official image, or one with the same variables, of major version 18 or later, which moved the data directory.
   * Another major version does not start on the data of the one before.
   */
  readonly image: string;
}

export const port = 5432;
export const adminUser = "postgres";
// By TCP, since the server answers on its socket before it is ready: while the image initialises the data directory.
const isReady = { exec: { command: ["pg_isready", "--host=127.0.0.1", `--username=${adminUser}`, "--quiet"] } };
const probeTiming: ProbeTiming = { initialDelay: "0s", period: "5s", timeout: "5s" };

/** Deploys one server in a StatefulSet of its own. While its pod or its node is away, there is no database. */
export function singleServer(name: string, args: PostgresServerArgs, parent: pulumi.Resource): PostgresServer {
  const { password, passwordRef } = administrator(name, args, parent);
  const service = new StatefulService(
    name,
    {
      ...serverArgs(args),
      image: args.image,
      uid: 999,
      replicas: 1,
      ports: { postgres: port },
      dataPath: "/var/lib/postgresql",
      scratchPaths: ["/var/run/postgresql", "/tmp"],
      // PostgreSQL waits for its clients on SIGTERM; the official image asks for SIGINT, a fast shutdown.
      terminationGracePeriodSeconds: 90,
      container: {
        env: [
          { name: "POSTGRES_USER", value: adminUser },
          { name: "POSTGRES_PASSWORD", valueFrom: passwordRef },
        ],
        startupProbe: startupProbe(isReady),
        readinessProbe: probe(isReady, probeTiming),
        livenessProbe: probe(isReady, probeTiming, 6),
      },
    },
    { parent },
  );
  return {
    host: service.host,
    port,
    ssl: "disable",
    adminUser,
    adminPassword: password,
    destination: { to: { namespace: args.namespace, labels: selector(name) }, port },
    readyWhen: service.ready,
  };
}
