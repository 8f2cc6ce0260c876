import { expect } from "chai";
import { recordStack } from "../../render/stack.ts";
import { systems } from "../../systems/index.ts";

const failure = (settings: Record<string, unknown>) =>
  recordStack("dev", { settings }).then(
    () => "none",
    (error: Error) => error.message,
  );

describe("systems of a stack", () => {
  it("default to ChatDB", async () => {
    const resources = await recordStack("dev");
    const components = resources.filter(({ type }) => type.startsWith("platform:systems:"));
    expect(components.map(({ type, name }) => `${type} ${name}`)).to.deep.equal(["platform:systems:ChatDb chatdb"]);
  });

  it("are rejected with an unknown name, listing the known names and all other problems", async () => {
    const message = await failure({
      "platform:systems": ["chatdb", "chat"],
      "platform:logLevel": "loud",
      "chatdb:kafka.brokers": 4,
    });
    expect(message).to.include("has 3 problems:");
    expect(message).to.include(
      `platform:systems.1: is chat, and there is no such system: take ${Object.keys(systems).join(", ")}`,
    );
    expect(message).to.include("platform:logLevel: ").and.include("chatdb:kafka.brokers: ");
  });

  it("are rejected when a name repeats or the list is empty", async () => {
    expect(await failure({ "platform:systems": ["chatdb", "chatdb"] })).to.include(
      "platform:systems.1: is chatdb a second time: name each system once",
    );
    expect(await failure({ "platform:systems": [] })).to.include("platform:systems: must name at least one system");
  });
});
