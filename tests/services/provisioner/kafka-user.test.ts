import { readEnv } from "@platform/kit/env.ts";
import { kafkaUserSettings } from "@platform/provisioner/kafka-user.ts";
import { expect } from "chai";

/** tests/cluster/chatdb/kafka.long.test.ts covers its effect on a broker. */
describe("provisioner kafka-user", () => {
  const env = {
    KAFKA_BOOTSTRAP_SERVERS: "kafka:9094",
    USER_NAME: "engine_a",
    USER_PASSWORD: "secret",
    CONSUMER_NAME: "engine",
    TOPIC_USE: '{"jobs":"consume"}',
  };

  it("reports every problem of its environment", () => {
    expect(readEnv(kafkaUserSettings, env).TOPIC_USE).to.deep.equal({ jobs: "consume" });
    const read = () =>
      readEnv(kafkaUserSettings, { ...env, USER_NAME: "a,b", USER_PASSWORD: "pässword", TOPIC_USE: '{"jobs":"own"}' });
    expect(read).to.throw(
      /USER_NAME: expected letters[^]*USER_PASSWORD: expected printable ASCII[^]*TOPIC_USE: at jobs: .*"publish"\|"consume"/,
    );
    expect(() => readEnv(kafkaUserSettings, { ...env, TOPIC_USE: "all" })).to.throw(
      'expected JSON such as {"jobs": "publish"}',
    );
  });
});
