import { z } from "zod";
import { cidr, cron, dnsName, image, port, secret, size, text, wholeSeconds } from "../fields.ts";
import type { Issue } from "../issue.ts";
import { requestsWithinLimits, resources } from "../resources.ts";

const apiServer = z.strictObject({
  cidr: cidr.describe("Its addresses, which the network policy opens for the instances."),
  ports: z.array(port).min(1).default([443, 6443]).describe("Ports of its endpoints."),
});

const archive = z.strictObject({
  retention: z
    .string()
    .regex(/^[1-9][0-9]*[dwm]$/, "must be a number of days, weeks or months such as 30d")
    .default("30d")
    .describe("How far back the databases can be recovered: days, weeks or months."),
  schedule: z
    .string()
    .regex(/^(\S+ ){5}\S+$/, 'must be six fields, seconds first, such as "0 0 2 * * *"')
    .default("0 0 2 * * *")
    .describe("When a base backup is taken: six fields of cron, seconds first."),
});

const recovery = z.strictObject({
  from: text.describe("Name of the cluster whose archive is read; not the new cluster's own name."),
  targetTime: z.iso
    .datetime({ offset: true })
    .optional()
    .describe("Moment to go back to, such as `2026-11-21T07:00:00Z`. Without it, the last one in the archive."),
});

const cluster = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$/, "must be a name of at most 50 lower-case letters, digits and -")
    .default("postgres")
    .describe("Name of the cluster in Kubernetes. A new name is a new cluster; the old one is deleted with its data."),
  uid: z.int().min(1).default(999).describe("User id of the image: 999 in the official one, 26 in CloudNativePG's."),
  operatorNamespace: dnsName.default("cnpg-system").describe("Namespace in which the operator CloudNativePG runs."),
  apiServer: apiServer.prefault({}).describe("The Kubernetes API, which the instances ask who takes writes."),
  archive: archive
    .optional()
    .describe(
      "Keep an archive of all changes in the object store, for recovery to any moment. `{}` takes the defaults.",
    ),
  recovery: recovery.optional().describe("Start from an archive instead of empty."),
});

const external = z.strictObject({
  host: dnsName.describe("Host name of the server."),
  port: port.default(5432).describe("Its port."),
  adminUser: text.describe("A login that may create roles and databases."),
  adminPassword: secret.describe("Password of that login."),
  ssl: z.enum(["require", "disable"]).default("require").describe("Whether connections are encrypted."),
  cidr,
});

const backup = z.strictObject({
  schedule: cron.default("17 */6 * * *").describe("When to back up: five fields of cron, in UTC. Empty makes none."),
  keep: wholeSeconds(3600).default("14d").describe("How long a backup is kept. The newest is never removed."),
  storage: size.optional().describe("Room for one backup on its node. Without it, as much as PostgreSQL's volume has."),
});

/** PostgreSQL: image, sizes, instances, a server elsewhere, backups. */
export const postgres = z.strictObject({
  image: image.default("docker.io/library/postgres:18.1").describe("PostgreSQL 18 or later, as the official image."),
  instances: z
    .int()
    .min(1)
    .max(9)
    .default(1)
    .describe(
      "Number of instances: 1 in a StatefulSet, or 3 and more that stand in for each other (docs/postgres.md).",
    ),
  ...resources({ requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } }),
  storage: size.default("10Gi").describe("Volume of each instance. A change replaces the StatefulSet."),
  cluster: cluster.prefault({}).describe("What only 3 and more instances need (docs/postgres.md)."),
  external: external.optional().describe("Use a server elsewhere and deploy none. It is backed up where it is run."),
  backup: backup.prefault({}).describe("Backups in the object store (docs/operations.md)."),
});

/** What does not fit together in the settings of PostgreSQL. */
export function postgresIssues(settings: z.infer<typeof postgres>): Issue[] {
  const { name, archive, recovery } = settings.cluster;
  const issues = requestsWithinLimits("postgres", settings);
  if (settings.instances === 2) {
    issues.push({
      path: "postgres.instances",
      message: "is 2; with one of them away nothing could be written: take 1, or 3 or more",
    });
  }
  if (recovery && !archive) {
    issues.push({
      path: "postgres.cluster.recovery",
      message: "needs postgres.cluster.archive, which it recovers from",
    });
  }
  if (recovery?.from === name) {
    issues.push({
      path: "postgres.cluster.recovery.from",
      message: `is ${name}, the cluster's own name: give the new cluster another one`,
    });
  }
  return issues;
}
