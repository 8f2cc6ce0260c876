import { expect } from "chai";
import { z } from "zod";
import { ConfigurationError, databaseEnv, kafkaEnv, readEnv, s3Env, serverEnv, serviceUrl } from "@platform/kit/env.ts";

describe("environment of a service", () => {
  const database = {
    DATABASE_HOST: "db",
    DATABASE_NAME: "registry",
    DATABASE_USER: "registry",
    DATABASE_PASSWORD: "secret",
  };

  it("is parsed with numbers, lists and defaults", () => {
    const schema = z.object({ ...serverEnv, ...databaseEnv, ...kafkaEnv, ...s3Env, REGISTRY_URL: serviceUrl });
    const env = readEnv(schema, {
      ...database,
      PORT: "8080",
      KAFKA_BOOTSTRAP_SERVERS: "kafka-0:9092, kafka-1:9092",
      S3_ACCESS_KEY_ID: "id",
      S3_SECRET_ACCESS_KEY: "key",
      S3_ENDPOINT: "",
      REGISTRY_URL: "http://registry:8080/",
    });
    expect(env).to.deep.equal({
      ...database,
      PORT: 8080,
      HOST: "0.0.0.0",
      LOG_LEVEL: "info",
      DATABASE_PORT: 5432,
      DATABASE_SSL: "disable",
      KAFKA_BOOTSTRAP_SERVERS: ["kafka-0:9092", "kafka-1:9092"],
      KAFKA_SASL_MECHANISM: "SCRAM-SHA-512",
      KAFKA_TLS: "false",
      S3_REGION: "us-east-1",
      S3_ACCESS_KEY_ID: "id",
      S3_SECRET_ACCESS_KEY: "key",
      REGISTRY_URL: "http://registry:8080",
    });
  });

  it("is rejected with one line per problem, without the values of secrets", () => {
    const schema = z.object({ ...serverEnv, ...databaseEnv, ...kafkaEnv, REGISTRY_URL: serviceUrl });
    const read = () =>
      readEnv(schema, {
        PORT: "eighty",
        DATABASE_HOST: "",
        DATABASE_PASSWORD: "secret",
        KAFKA_BOOTSTRAP_SERVERS: "kafka",
        REGISTRY_URL: "registry:8080",
      });
    let lines: string[] = [];
    try {
      read();
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigurationError);
      lines = (error as Error).message.split("\n").map((line) => line.trim());
    }
    expect(lines.slice(1).map((line) => line.split(":", 1)[0])).to.deep.equal([
      "PORT",
      "DATABASE_HOST",
      "DATABASE_NAME",
      "DATABASE_USER",
      "KAFKA_BOOTSTRAP_SERVERS",
      "REGISTRY_URL",
    ]);
    expect(lines).to.include("DATABASE_HOST: not set");
    expect(lines).to.include("REGISTRY_URL: expected an address such as http://host:8080");
    expect(lines.join()).not.to.include("secret");
  });
});
