import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Dependency } from "../network/connection.ts";
import type { ObjectStore } from "./object-store.ts";
import type { Postgres } from "./postgres.ts";
import { seconds, type Duration, type Size } from "../workload/quantities.ts";
import { ScheduledJob, workspace, type Step } from "../workload/scheduled-job.ts";
import type { NamespaceRef } from "../workload/namespace-ref.ts";

export interface PostgresBackupArgs {
  readonly namespace: NamespaceRef;
  readonly postgres: Postgres;
  /** Backups are in its bucket `backups`. */
  readonly objectStore: ObjectStore;
  /** Image with the client programs of PostgreSQL (`pg_dump` among them), of the server's major version or later. */
  readonly image: string;
  /** Image that talks to the store: services/provisioner. */
  readonly provisionerImage: pulumi.Input<string>;
  /** When to back up: five fields of cron, in UTC. What was written since the last backup is what a restore loses. */
  readonly schedule: string;
  /** How long a backup is kept; the newest is kept however old it is. */
  readonly keep: Duration;
  /** Room for one backup, on the disk of the node where it is made. */
  readonly storage: Size;
}

/**
 * Backups of a PostgreSQL server in an object store: the CronJob `<name>-backup` makes them, and `<name>-restore`, which is
 * suspended and which `npm run restore` starts, brings one back.
 */
export class PostgresBackup extends pulumi.ComponentResource {
  constructor(name: string, args: PostgresBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("platform:data:PostgresBackup", name, {}, opts);
    const { namespace, postgres, objectStore, storage } = args;
    const inPostgresImage = (script: "dump" | "restore"): Step => ({
      name: script,
      image: args.image,
      // As the last arguments of `sh -c`: $0, which messages of the shell begin with, and $1.
      command: ["sh", "-c", source(script), script, workspace],
      uses: [asLibpq(postgres.administration())],
    });
    const inProvisioner = (command: "store" | "fetch", access: "read" | "read-write"): Step => ({
      name: command,
      image: args.provisionerImage,
      args: ["main.js", `backup-${command}`],
      env: { BACKUP_DIRECTORY: workspace },
      uses: [objectStore.buckets({ backups: access })],
    });

    const store = inProvisioner("store", "read-write");
    new ScheduledJob(
      `${name}-backup`,
      {
        namespace,
        storage,
        schedule: args.schedule,
        timeLimit: "1h",
        steps: [inPostgresImage("dump"), { ...store, env: { ...store.env, KEEP_SECONDS: String(seconds(args.keep)) } }],
      },
      { parent: this },
    );
    new ScheduledJob(
      `${name}-restore`,
      {
        namespace,
        storage,
        timeLimit: "6h",
        steps: [{ ...inProvisioner("fetch", "read"), retried: false }, inPostgresImage("restore")],
      },
      { parent: this },
    );
    this.registerOutputs({ schedule: args.schedule, keep: args.keep });
  }
}

function source(script: string): string {
  return readFileSync(join(import.meta.dirname, "postgres-backup", `${script}.sh`), "utf8");
}

/** The same use under the names that PostgreSQL's own programs read: https://www.postgresql.org/docs/18/libpq-envars.html. */
function asLibpq(administration: Dependency): Dependency {
  return {
    ...administration,
    connect: (consumer) => {
      const { env, secretEnv, ...connection } = administration.connect(consumer);
      return {
        ...connection,
        env: {
          PGHOST: env.ADMIN_DATABASE_HOST!,
          PGPORT: env.ADMIN_DATABASE_PORT!,
          PGUSER: env.ADMIN_DATABASE_USER!,
          PGSSLMODE: env.ADMIN_DATABASE_SSL!,
        },
        secretEnv: { PGPASSWORD: secretEnv.ADMIN_DATABASE_PASSWORD! },
      };
    },
  };
}
