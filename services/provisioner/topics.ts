import { ConfigResourceTypes, IncrementalAlterConfigOperationTypes, type Admin } from "@platformatic/kafka";
import { z } from "zod";
import { kafkaEnv } from "@platform/kit/env.ts";
import type { Logger } from "@platform/kit/log.ts";
import { jsonEnv } from "./json-env.ts";
import { hasKafkaError, withKafkaAdmin } from "./kafka-admin.ts";

const topic = z.strictObject({
  /** https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/common/internals/Topic.java */
  name: z.string().regex(/^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/, "not a topic name"),
  partitions: z.int().min(1),
  replicationFactor: z.int().min(1).max(32767),
  config: z.record(z.string(), z.string()).default({}),
});
type Topic = z.infer<typeof topic>;

/** Environment of `topics`: the brokers and the topics to create. */
export const topicSettings = z.object({
  ...kafkaEnv,
  TOPICS: jsonEnv(
    z.array(topic, "expected a JSON list of topics").min(1).refine(namesAreUnique, "two topics have the same name"),
  ),
});

function namesAreUnique(topics: Topic[]): boolean {
  return new Set(topics.map(({ name }) => name)).size === topics.length;
}

/**
 * Creates missing topics, adds missing partitions and sets configuration that differs. It never removes partitions or
 * moves replicas, and logs where that would be needed.
 */
export async function provisionTopics(env: z.infer<typeof topicSettings>, log: Logger): Promise<void> {
  await withKafkaAdmin(env, log, (admin) => converge(admin, env.TOPICS, log), isTransient);
}

/** Brokers that start together are not all registered when the first one answers. */
function isTransient(error: unknown): boolean {
  return hasKafkaError(error, "INVALID_REPLICATION_FACTOR") || hasKafkaError(error, "UNKNOWN_TOPIC_OR_PARTITION");
}

async function converge(admin: Admin, topics: Topic[], log: Logger): Promise<void> {
  const present = new Set(await admin.listTopics());
  for (const wanted of topics.filter(({ name }) => !present.has(name))) await create(admin, wanted, log);
  const found = topics.filter(({ name }) => present.has(name));
  await addPartitions(admin, found, log);
  for (const wanted of found) await setConfig(admin, wanted, log);
}

async function create(
  admin: Admin,
  { name, partitions, replicationFactor, config }: Topic,
  log: Logger,
): Promise<void> {
  const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }));
  try {
    await admin.createTopics({ topics: [{ topic: name, partitions, replicas: replicationFactor }], configs });
    log.info(`topic ${name} made, partitions: ${partitions}`);
  } catch (error) {
    // Another run created it first.
    if (!hasKafkaError(error, "TOPIC_ALREADY_EXISTS")) throw error;
  }
}

async function addPartitions(admin: Admin, wanted: Topic[], log: Logger): Promise<void> {
  const { topics } = await admin.metadata({
    topics: wanted.map(({ name }) => name),
    autocreateTopics: false,
    forceUpdate: true,
  });
  for (const { name, partitions, replicationFactor } of wanted) {
    const present = topics.get(name)!;
    const replicas = present.partitions[0]!.replicas.length;
    if (replicas !== replicationFactor)
      log.warn(
        `topic ${name} keeps ${replicas} replicas a partition, not ${replicationFactor}: moving data is the administrator's`,
      );
    if (present.partitionsCount > partitions)
      log.warn(
        `topic ${name} keeps ${present.partitionsCount} partitions, not ${partitions}: Kafka cannot take any away`,
      );
    if (present.partitionsCount >= partitions) continue;
    await admin.createPartitions({ topics: [{ name, count: partitions }] });
    log.info(`topic ${name} has ${partitions} partitions now, it had ${present.partitionsCount}`);
  }
}

async function setConfig(admin: Admin, { name, config }: Topic, log: Logger): Promise<void> {
  const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: name };
  const keys = Object.keys(config);
  if (keys.length === 0) return;
  const [description] = await admin.describeConfigs({ resources: [{ ...resource, configurationKeys: keys }] });
  const present = new Map(description?.configs.map((entry) => [entry.name, entry.value]));
  const different = Object.entries(config).filter(([key, value]) => present.get(key) !== value);
  if (different.length === 0) return;
  const configs = different.map(([key, value]) => ({
    name: key,
    configOperation: IncrementalAlterConfigOperationTypes.SET,
    value,
  }));
  await admin.incrementalAlterConfigs({ resources: [{ ...resource, configs }] });
  log.info(`topic ${name}: set ${different.map((pair) => pair.join("=")).join(", ")}`);
}
