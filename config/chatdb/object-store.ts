import { z } from "zod";
import { cidr, image, secret, size } from "../fields.ts";
import { resources } from "../resources.ts";

const external = z.strictObject({
  endpoint: z.url().meta({ title: "URL" }).describe("URL of the S3 service."),
  region: z.string().default("us-east-1").describe("Its region."),
  cidr,
  accessKeyId: secret.describe("Id of the key that all services use."),
  secretAccessKey: secret.describe("That key."),
});

/** The object store: image, sizes, servers, an S3 elsewhere. */
export const objectStore = z.strictObject({
  image: image
    .default("docker.io/pgsty/silo:RELEASE.2026-09-16T00-00-00Z")
    .describe("Object store that is run as MinIO is. MinIO is no longer maintained; Silo is its maintained fork."),
  servers: z
    .literal([1, 4], "must be 1 or 4")
    .default(1)
    .meta({ title: "1 or 4" })
    .describe(
      "Number of servers. Of 4, one may be away and nothing fails; half of their storage holds parity. " +
        "Data does not follow a change: copy it to a new store.",
    ),
  ...resources({ requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } }),
  storage: size.default("10Gi").describe("Volume of each server. A change replaces the StatefulSet."),
  bucketPrefix: z.string().default("").describe("Put before every bucket's name."),
  external: external.optional().describe("Use an S3 service elsewhere and deploy none."),
});
