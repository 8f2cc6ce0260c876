import { readEnv } from "@platform/kit/env.ts";
import { Admin, ConfigResourceTypes } from "@platformatic/kafka";
import { createLogger } from "@platform/kit/log.ts";
import { provisionTopics, topicSettings } from "@platform/provisioner/topics.ts";
import { expect } from "chai";
import { startKafka, type TestKafka } from "../support/kafka.ts";

const log = createLogger("test", "silent");

describe("provisioner topics, with a broker", () => {
  const name = `provisioner-test-${process.pid}`;
  let broker: TestKafka;
  let admin: Admin;

  before(async function () {
    broker = await startKafka(this);
    admin = new Admin({ clientId: "test", bootstrapBrokers: [broker.bootstrap] });
  });
  after(async () => {
    await admin?.close();
    await broker?.close();
  });

  const provision = (partitions: number, config: Record<string, string>) =>
    provisionTopics(
      readEnv(topicSettings, {
        KAFKA_BOOTSTRAP_SERVERS: broker.bootstrap,
        TOPICS: JSON.stringify([{ name, partitions, replicationFactor: 1, config }]),
      }),
      log,
    );

  const state = async () => {
    const { topics } = await admin.metadata({ topics: [name], forceUpdate: true });
    const resource = {
      resourceType: ConfigResourceTypes.TOPIC,
      resourceName: name,
      configurationKeys: ["retention.ms", "cleanup.policy"],
    };
    const [description] = await admin.describeConfigs({ resources: [resource] });
    return {
      partitions: topics.get(name)?.partitionsCount,
      config: Object.fromEntries(description!.configs.map((c) => [c.name, c.value])),
    };
  };

  it("creates and updates topics, and never removes partitions or topics", async () => {
    await provision(2, { "retention.ms": "60000" });
    const made = await state();
    expect(made).to.deep.equal({ partitions: 2, config: { "retention.ms": "60000", "cleanup.policy": "delete" } });
    await provision(2, { "retention.ms": "60000" });
    expect(await state()).to.deep.equal(made);
    await provision(4, { "retention.ms": "60000", "cleanup.policy": "compact" });
    expect(await state()).to.deep.equal({
      partitions: 4,
      config: { "retention.ms": "60000", "cleanup.policy": "compact" },
    });
    await provision(1, {});
    expect((await state()).partitions).to.equal(4);
  });
});
