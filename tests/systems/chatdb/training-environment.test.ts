import { readFileSync } from "node:fs";
import { expect } from "chai";
import { trainingEnvironment } from "../../../systems/chatdb/environment.ts";
import { configuration } from "../../support/configuration.ts";

describe("environment of the training services", () => {
  it("is documented with the names and defaults that the services use", async () => {
    const text = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
    const rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
    const documented = rows
      .filter(([, , , setting]) => setting?.startsWith("training.") && setting !== "training.webDatasets")
      .map(([, service, variable, setting, , value]) => ({ service, variable, setting, value }));
    const { training } = await configuration();
    const told = Object.entries(trainingEnvironment(training)).flatMap(([service, env]) =>
      Object.entries(env).map(([variable, value]) => ({ service, variable, value })),
    );
    expect(documented.map(({ service, variable, value }) => ({ service, variable, value }))).to.deep.equal(told);
    expect(documented.map(({ setting }) => setting)).to.have.members(
      Object.keys(training)
        .filter((name) => name !== "webDatasets")
        .map((name) => `training.${name}`),
    );
  });
});
