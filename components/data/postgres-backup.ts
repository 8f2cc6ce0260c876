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
  /** Namespace of the CronJobs. */
  readonly namespace: NamespaceRef;
  /** Server whose databases are backed up, all of them. */
  readonly postgres: Postgres;
  /** Store that holds the backups, in its bucket `backups`. */
  readonly objectStore: ObjectStore;
  /** Image with PostgreSQL's client programs, `pg_dump` among them, of the server's major version or later. */
  readonly image: string;
  /** Image of the provisioner, which copies backups to and from the store. */
  readonly provisionerImage: pulumi.Input<string>;
  /** Schedule: five fields of cron, in UTC. A restore loses what was written after the last backup. */
  readonly schedule: string;
  /**
   * Age at which a backup is deleted; the newest is kept however old it is. A shorter time deletes older backups at the
   * next run.
   */
  readonly keep: Duration;
  /** Size of one backup at most, on the disk of the node where it is made. A run that needs more fails. */
  readonly storage: Size;
}

/**
 * Backups of a PostgreSQL server in an object store. The CronJob `<name>-backup` makes them; the CronJob
 * `<name>-restore` is suspended, and restores one when somebody starts it.
 *
 * @example
 * new PostgresBackup("postgres", {
 *   namespace, postgres, objectStore, image: "postgres:18.1", provisionerImage,
 *   schedule: "0 3 * * *", keep: "30d", storage: "10Gi",
 * });
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

/**
 * Gives an administrator's connection the variables that PostgreSQL's own programs read:
 * https://www.postgresql.org/docs/18/libpq-envars.html.
 */
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
