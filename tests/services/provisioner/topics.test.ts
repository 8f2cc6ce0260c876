import { readEnv } from "@platform/kit/env.ts";
import { topicSettings } from "@platform/provisioner/topics.ts";
import { expect } from "chai";

describe("provisioner topics", () => {
  it("reports every problem of the list", () => {
    const read = (topics: unknown) => () =>
      readEnv(topicSettings, { KAFKA_BOOTSTRAP_SERVERS: "kafka:9092", TOPICS: JSON.stringify(topics) });
    const fine = { name: "jobs", partitions: 3, replicationFactor: 1 };
    expect(read([fine])).not.to.throw();
    expect(
      read([
        { ...fine, name: "a b", partitions: 0 },
        { ...fine, extra: 1 },
      ]),
    ).to.throw(/at 0\.name: not a topic name[^]*at 0\.partitions[^]*at 1: .*extra/);
    expect(read([fine, fine])).to.throw("two topics have the same name");
    expect(read({})).to.throw("expected a JSON list of topics");
  });
});
