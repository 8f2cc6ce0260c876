import { expect } from "chai";
import { secretSetting, settingAt, stackConfig } from "../../config/project.ts";

describe("configuration of a stack in the engine's form", () => {
  it("merges the project's defaults, the stack's settings and overrides", () => {
    const { config } = stackConfig("dev", { "platform:imageTag": "1.0" });
    expect(config).to.include({
      "platform:imageRegistry": "localhost/platform",
      "platform:logLevel": "debug",
      "platform:imageTag": "1.0",
    });
  });

  it("contains strings, with JSON for structured settings", () => {
    const { config } = stackConfig("prod");
    expect(config).to.include({
      "platform:credentialRotation": "0",
      "chatdb:testService": "false",
      "chatdb:dataSources": '{"sample":false}',
    });
  });

  it("sets a value at its path and keeps its siblings", () => {
    const { config } = stackConfig("dev", { "chatdb:kafka.limits": { cpu: "3" }, "chatdb:kafka.requests.cpu": "200m" });
    expect(JSON.parse(config["chatdb:kafka"]!)).to.deep.equal({
      requests: { cpu: "200m", memory: "512Mi" },
      limits: { cpu: "3" },
      storage: "1Gi",
      heap: "256Mi",
      jvmOptions: "-XX:TieredStopAtLevel=1",
    });
  });

  it("omits a setting whose override is undefined", () => {
    const { config } = stackConfig("prod", { "chatdb:gateway.rateLimit": undefined, "chatdb:kafka": undefined });
    expect(config["chatdb:gateway"]).to.equal('{"serviceType":"LoadBalancer"}');
    expect(config).to.not.have.property("chatdb:kafka");
  });

  it("replaces each encrypted value by a marker that names its setting", () => {
    const { config, secretKeys } = stackConfig("dev", {
      "chatdb:postgres.external.adminPassword": { secure: "v1:x" },
      "chatdb:dataSources.configured.orders.password": { secure: "v1:y" },
    });
    expect(secretKeys).to.have.members(["chatdb:postgres", "chatdb:dataSources"]);
    const value = (path: string) => secretSetting(settingAt({ config, secretKeys }, path) as string);
    expect(value("chatdb:postgres.external.adminPassword")).to.equal("chatdb-postgres.external.adminPassword");
    expect(value("chatdb:dataSources.configured.orders.password")).to.equal(
      "chatdb-dataSources.configured.orders.password",
    );
    expect(secretSetting("hush")).to.equal(undefined);
  });

  it("is rejected for an unknown stack", () => {
    expect(() => stackConfig("staging")).to.throw("There is no stack staging: the stacks are dev, prod.");
  });
});
