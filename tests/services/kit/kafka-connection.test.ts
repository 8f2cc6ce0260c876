import { expect } from "chai";
import { z } from "zod";
import { ConfigurationError, kafkaEnv, readEnv } from "@platform/kit/env.ts";
import { kafkaConnection } from "@platform/kit/kafka-connection.ts";

describe("Kafka connection", () => {
  const connection = (env: Record<string, string>) =>
    kafkaConnection(readEnv(z.object(kafkaEnv), { KAFKA_BOOTSTRAP_SERVERS: "a:9092,b:9092", ...env }));
  const bootstrapBrokers = ["a:9092", "b:9092"];

  it("uses no login when none is set", () => {
    expect(connection({})).to.deep.equal({ bootstrapBrokers });
  });

  it("uses SCRAM by default, or the configured mechanism", () => {
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

  it("uses TLS and verifies certificates on demand", () => {
    const { tls, tlsServerName } = connection({ KAFKA_TLS: "true" });
    expect(tls).to.not.have.property("rejectUnauthorized");
    expect(tlsServerName).to.equal(true);
  });
});
