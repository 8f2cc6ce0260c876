import { expect } from "chai";
import { secretSetting, stackConfig } from "../../config/project.ts";

describe("configuration of a stack, as the engine hands it over", () => {
  it("is the project's defaults, the stack's own settings, then what replaces them", () => {
    const { config } = stackConfig("dev", { imageTag: "1.0" });
    expect(config).to.include({
      "platform:imageRegistry": "localhost/platform",
      "platform:logLevel": "debug",
      "platform:imageTag": "1.0",
    });
  });

  it("is text: JSON where a setting is not text itself", () => {
    const { config } = stackConfig("prod");
    expect(config).to.include({ "chatdb:kafkaBrokers": "3", "chatdb:sampleData": "false", "chatdb:dataSources": "{}" });
  });

  it("replaces an object whole", () => {
    const { config } = stackConfig("dev", { postgres: { storage: "2Gi" } });
    expect(config["chatdb:postgres"]).to.equal('{"storage":"2Gi"}');
  });

  it("has a marker in place of each encrypted value, which says whose it is", () => {
    const { config, secretKeys } = stackConfig("dev", {
      externalPostgresPassword: { secure: "v1:x" },
      dataSourcePasswords: { orders: { secure: "v1:y" } },
    });
    expect(secretKeys).to.have.members(["chatdb:externalPostgresPassword", "chatdb:dataSourcePasswords"]);
    expect(secretSetting(config["chatdb:externalPostgresPassword"]!)).to.equal("chatdb-externalPostgresPassword");
    const { orders } = JSON.parse(config["chatdb:dataSourcePasswords"]!) as { orders: string };
    expect(secretSetting(orders)).to.equal("chatdb-dataSourcePasswords.orders");
    expect(secretSetting("hush")).to.equal(undefined);
  });

  it("is refused for a stack that there is not", () => {
    expect(() => stackConfig("staging")).to.throw("There is no stack staging: the stacks are dev, prod.");
  });
});
