import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { encryptionKey } from "../../../components/data/encryption-key.ts";
import { record } from "../../../render/recorder.ts";

describe("encryption key", () => {
  const made = async (rotation: number) => {
    let env: Record<string, string> = {};
    let secretEnv: string[] = [];
    const resources = await record({ stack: "dev", config: {} }, () => {
      const key = encryptionKey("app", "APP_KEY", rotation, new pulumi.ComponentResource("test:index:App", "app"));
      env = key.env;
      secretEnv = Object.keys(key.secretEnv);
    });
    return {
      env,
      secretEnv,
      keys: resources
        .filter(({ type }) => type.endsWith(":RandomPassword"))
        .map(({ name, inputs }) => `${name} of ${String(inputs.length)}`),
    };
  };

  it("gives one key before the first rotation", async () => {
    expect(await made(0)).to.deep.equal({
      env: { APP_KEY_ID: "k0" },
      secretEnv: ["APP_KEY"],
      keys: ["app-key-0 of 43"],
    });
  });

  it("gives the current and the previous key after a rotation", async () => {
    expect(await made(3)).to.deep.equal({
      env: { APP_KEY_ID: "k3", APP_KEY_PREVIOUS_ID: "k2" },
      secretEnv: ["APP_KEY", "APP_KEY_PREVIOUS"],
      keys: ["app-key-3 of 43", "app-key-2 of 43"],
    });
  });
});
