import { expect } from "chai";
import { secretSetting, settingAt, stackConfig } from "../../config/project.ts";

describe("configuration of a stack, as the engine hands it over", () => {
  it("is the project's defaults, the stack's own settings, then what replaces them", () => {
    const { config } = stackConfig("dev", { "platform:imageTag": "1.0" });
    expect(config).to.include({
      "platform:imageRegistry": "localhost/platform",
      "platform:logLevel": "debug",
      "platform:imageTag": "1.0",
    });
  });

  it("is text: JSON where a setting is not text itself", () => {
    const { config } = stackConfig("prod");
    expect(config).to.include({
      "platform:credentialRotation": "0",
      "chatdb:testService": "false",
      "chatdb:dataSources": '{"sample":false}',
    });
  });

  it("has a value at the path that it is given for, and all that is beside it", () => {
    const { config } = stackConfig("dev", { "chatdb:kafka.limits": { cpu: "3" }, "chatdb:kafka.requests.cpu": "200m" });
    expect(JSON.parse(config["chatdb:kafka"]!)).to.deep.equal({
      requests: { cpu: "200m", memory: "512Mi" },
      limits: { cpu: "3" },
      storage: "1Gi",
      heap: "256Mi",
      jvmOptions: "-XX:TieredStopAtLevel=1",
    });
  });

  it("lacks what is replaced by nothing", () => {
    const { config } = stackConfig("prod", { "chatdb:gateway.rateLimit": undefined, "chatdb:kafka": undefined });
    expect(config["chatdb:gateway"]).to.equal('{"serviceType":"LoadBalancer"}');
    expect(config).to.not.have.property("chatdb:kafka");
  });

  it("has a marker in place of each encrypted value, which says whose it is", () => {
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

  it("is refused for a stack that there is not", () => {
    expect(() => stackConfig("staging")).to.throw("There is no stack staging: the stacks are dev, prod.");
  });
});
