import { z } from "zod";
import { bytes } from "../../components/workload/quantities.ts";
import { cidr, image, secret, size, text } from "../fields.ts";
import type { Issue } from "../issue.ts";
import { requestsWithinLimits, resources } from "../resources.ts";

const login = z.strictObject({
  username: text.describe("User as whom all services log in. Its rights are given where the cluster is run."),
  mechanism: z
    .enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
    .default("SCRAM-SHA-512")
    .describe("SASL mechanism of the login."),
  password: secret.describe("Password of that user."),
});

const external = z.strictObject({
  bootstrapServers: z
    .array(z.string().regex(/^[^:\s]+:\d+$/, "must be host:port"))
    .min(1)
    .describe("`host:port` of one or more brokers."),
  cidr,
  replicationFactor: z.int().min(1).default(3).describe("Copies of each partition that it keeps."),
  tls: z.boolean().default(false).describe("Whether connections are encrypted."),
  login: login.optional().describe("How services log in. Without it, no login is sent."),
});

/** Kafka: image, sizes, brokers, a cluster elsewhere. */
export const kafka = z.strictObject({
  image: image.default("docker.io/apache/kafka:4.1.1").describe("Apache Kafka 4 or later, as the official image."),
  brokers: z
    .int()
    .min(1)
    .max(9)
    .default(1)
    .describe("Number of Kafka nodes, 1 or an odd number. With 3 or more, every event is on three of them."),
  ...resources({ requests: { cpu: "250m", memory: "1Gi" }, limits: { cpu: "2", memory: "2Gi" } }),
  storage: size.default("5Gi").describe("Volume of each node. A change replaces the StatefulSet."),
  heap: size.default("512Mi").describe("Java heap of each node, at most three quarters of its memory limit."),
  jvmOptions: z.string().optional().describe("Further options of the Java machine."),
  external: external.optional().describe("Use a cluster elsewhere and deploy none."),
});

/** What does not fit together in the settings of Kafka. */
export function kafkaIssues(settings: z.infer<typeof kafka>): Issue[] {
  const { brokers, heap, limits } = settings;
  const issues = requestsWithinLimits("kafka", settings);
  if (brokers % 2 === 0) {
    issues.push({ path: "kafka.brokers", message: `is ${brokers}; a quorum needs an odd number` });
  }
  if (bytes(heap) > bytes(limits.memory) * 0.75) {
    issues.push({
      path: "kafka.heap",
      message: `is ${heap} of a memory limit of ${limits.memory}; leave a quarter or more for the rest of the process`,
    });
  }
  return issues;
}
