import type * as pulumi from "@pulumi/pulumi";
import { administrator } from "./administrator.ts";
import type { Destination } from "../network/connection.ts";
import { selector } from "../workload/labels.ts";
import { probe, startupProbe, type ProbeTiming } from "../workload/pod.ts";
import { StatefulService, type ServerArgs } from "../workload/stateful-service.ts";

/** Where a PostgreSQL server is and who administers it: what making databases and roles on it needs. */
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
  /** Image of the official contract, major version 18 or later (18 moved the data directory). */
  readonly image: string;
}

export const port = 5432;
export const adminUser = "postgres";
// Over TCP on purpose: while the image initialises its data directory, the server answers on the socket alone.
const isReady = { exec: { command: ["pg_isready", "--host=127.0.0.1", `--username=${adminUser}`, "--quiet"] } };
const probeTiming: ProbeTiming = { initialDelay: "0s", period: "5s", timeout: "5s" };

/** One server in a StatefulSet of its own. While its pod or its node is away, there is none. */
export function singleServer(name: string, args: PostgresServerArgs, parent: pulumi.Resource): PostgresServer {
  const { password, passwordRef } = administrator(name, args, parent);
  const service = new StatefulService(
    name,
    {
      ...args,
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
