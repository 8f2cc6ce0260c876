/**
 * Runs in a service's pod, with its environment: tries at Kafka whatever there is to do with each topic and group.
 * Arguments, each JSON: the topics, the groups, the name of a user other than the service's. Prints, as JSON, "allowed"
 * or the broker's reason for each attempt. Publishes `{}` where it may; joins no group.
 */
import {
  Admin,
  Consumer,
  findErrorBy,
  heartbeatV4,
  ProduceAcks,
  Producer,
  stringSerializers,
} from "@platformatic/kafka";
import { kafkaEnv, readEnv } from "@platform/kit/env.ts";
import { kafkaConnection, type KafkaConnection } from "@platform/kit/kafka-connection.ts";
import { z } from "zod";

const [topics, groups, otherUser] = process.argv.slice(2).map((text) => JSON.parse(text) as unknown) as [
  string[],
  string[],
  string,
];
const connection = kafkaConnection(readEnv(z.object(kafkaEnv)));
const options = (as: KafkaConnection = connection) => ({
  ...as,
  clientId: "try-kafka",
  retries: 0,
  requestTimeout: 10_000,
});

const publish = (topic: string, as?: KafkaConnection) => async () => {
  const producer = new Producer({ ...options(as), serializers: stringSerializers });
  await producer
    .send({ acks: ProduceAcks.ALL, messages: [{ topic, key: "try-kafka", value: "{}" }] })
    .finally(() => producer.close());
};

const read = (topic: string) => async () => {
  const consumer = new Consumer({ ...options(), groupId: "try-kafka" });
  try {
    const { id, partitions } = (await consumer.metadata({ topics: [topic] })).topics.get(topic)!;
    const partition = {
      partition: 0,
      fetchOffset: 0n,
      partitionMaxBytes: 1024,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
    };
    await consumer.fetch({
      node: partitions[0]!.leader,
      topics: [{ topicId: id, partitions: [partition] }],
      maxWaitTime: 100,
    });
  } finally {
    await consumer.close(true);
  }
};

const administer = (act: (admin: Admin) => Promise<unknown>) => async () => {
  const admin = new Admin(options());
  await act(admin).finally(() => admin.close());
};

/** A heartbeat of an unknown member: only a user who may join the group learns that it is unknown. */
const group = (name: string) =>
  administer(async (admin) => {
    const [broker] = (await admin.connectToBrokers()).values();
    await heartbeatV4.api.async(broker!, name, 0, "nobody", null);
  });

const login = (change: Partial<NonNullable<KafkaConnection["sasl"]>>): KafkaConnection => ({
  ...connection,
  sasl: { ...connection.sasl!, ...change },
});

const attempts: Record<string, () => Promise<unknown>> = {
  ...Object.fromEntries(
    topics.flatMap((topic) => [
      [`publish ${topic}`, publish(topic)],
      [`read ${topic}`, read(topic)],
    ]),
  ),
  ...Object.fromEntries(groups.map((name) => [`group ${name}`, group(name)])),
  "make a topic": administer((admin) => admin.createTopics({ topics: ["try-kafka"], partitions: 1, replicas: 1 })),
  "delete a topic": administer((admin) => admin.deleteTopics({ topics: [topics[0]!] })),
  "no login": publish(topics[0]!, { bootstrapBrokers: connection.bootstrapBrokers }),
  "a wrong password": publish(topics[0]!, login({ password: "wrong" })),
  "another's name": publish(topics[0]!, login({ username: otherUser })),
  "the administrator's name": publish(topics[0]!, login({ mechanism: "PLAIN", username: "admin" })),
};

/** A broker's errors for a request that it is willing to carry out. */
const harmless = ["UNKNOWN_MEMBER_ID", "NOT_COORDINATOR", "OFFSET_OUT_OF_RANGE"];
const reasons = [
  "TOPIC_AUTHORIZATION_FAILED",
  "GROUP_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
  "SASL_AUTHENTICATION_FAILED",
  "UNSUPPORTED_SASL_MECHANISM",
];

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = (id: string) => findErrorBy(error, "apiId", id) !== null;
  if (harmless.some(said)) return "allowed";
  const inside = [...(error instanceof AggregateError ? (error.errors as unknown[]) : []), error.cause]
    .filter((cause) => cause !== undefined)
    .map(reasonOf);
  return reasons.find(said) ?? inside.find((reason) => reasons.includes(reason)) ?? error.message;
}

const results: Record<string, string> = {};
for (const [name, attempt] of Object.entries(attempts)) {
  results[name] = await attempt().then(() => "allowed", reasonOf);
}
console.log(JSON.stringify(results));
