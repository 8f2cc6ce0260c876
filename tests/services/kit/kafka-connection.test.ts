import { expect } from "chai";
import { z } from "zod";
import { ConfigurationError, kafkaEnv, readEnv } from "@platform/kit/env.ts";
import { kafkaConnection } from "@platform/kit/kafka-connection.ts";

describe("the connection to Kafka", () => {
  const connection = (env: Record<string, string>) =>
    kafkaConnection(readEnv(z.object(kafkaEnv), { KAFKA_BOOTSTRAP_SERVERS: "a:9092,b:9092", ...env }));
  const bootstrapBrokers = ["a:9092", "b:9092"];

  it("needs no login where none is set", () => {
    expect(connection({})).to.deep.equal({ bootstrapBrokers });
  });

  it("logs in by SCRAM, or as it is told", () => {
    const login = { KAFKA_USERNAME: "engine", KAFKA_PASSWORD: "secret" };
    expect(connection(login)).to.deep.equal({
      bootstrapBrokers,
      sasl: { mechanism: "SCRAM-SHA-512", username: "engine", password: "secret" },
    });
    expect(connection({ ...login, KAFKA_SASL_MECHANISM: "PLAIN" }).sasl?.mechanism).to.equal("PLAIN");
    expect(() => connection({ KAFKA_USERNAME: "engine" })).to.throw(ConfigurationError, "KAFKA_PASSWORD: not set");
    expect(() => connection({ ...login, KAFKA_SASL_MECHANISM: "GSSAPI" })).to.throw(
      ConfigurationError,
      "KAFKA_SASL_MECHANISM",
    );
  });

  it("encrypts and checks certificates on demand", () => {
    const { tls, tlsServerName } = connection({ KAFKA_TLS: "true" });
    expect(tls).to.not.have.property("rejectUnauthorized");
    expect(tlsServerName).to.equal(true);
  });
});
