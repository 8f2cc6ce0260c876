import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { expect } from "chai";
import { setImmediate as turn } from "node:timers/promises";
import { record, type RecordOptions } from "../../render/recorder.ts";
import { resource } from "../../render/objects.ts";
import { failure, run } from "../support/program.ts";

const map = (name: string, data: Record<string, pulumi.Input<string>> = {}, opts?: pulumi.CustomResourceOptions) =>
  new k8s.core.v1.ConfigMap(name, { data }, opts);
const password = (name: string) => new random.RandomPassword(name, { length: 24, special: false }).result;

describe("recorder", () => {
  it("marks a generated password as secret everywhere, also inside other text", async () => {
    const resources = await run(() => {
      map("plain", { LEVEL: "info" });
      map("leak", { LEVEL: "info", URL: pulumi.interpolate`http://user:${password("door")}@example.com` });
    });
    expect(resource(resources, "ConfigMap", "plain").secrets).to.deep.equal([]);
    expect(resource(resources, "ConfigMap", "leak").secrets).to.deep.equal(["data.URL"]);
  });

  it("marks a secret setting as secret", async () => {
    const options = { config: { "test:token": "hush" }, secretKeys: ["test:token"] };
    const resources = await run(() => map("leak", { TOKEN: new pulumi.Config().requireSecret("token") }), options);
    const leak = resource(resources, "ConfigMap", "leak");
    expect([leak.secrets, leak.inputs.data]).to.deep.equal([["data.TOKEN"], { TOKEN: "hush" }]);
  });

  it("generates the same password only for the same stack and name", async () => {
    const made = async (name: string, options: Partial<RecordOptions> = {}) =>
      (await run(() => password(name), options))[0]!.inputs.result;
    expect(await made("a"))
      .to.match(/^[A-Za-z0-9]{24}$/)
      .and.equal(await made("a"));
    expect(await made("a")).to.not.equal(await made("b"));
    expect(await made("a")).to.not.equal(await made("a", { stack: "other" }));
    expect(await made("a")).to.not.equal(await made("a", { seed: "other" }));
  });

  it("names an object by its content when the program gives it no name", async () => {
    const named = async (data: Record<string, string>) =>
      (resource(await run(() => map("settings", data)), "ConfigMap", "settings").inputs.metadata as { name: string })
        .name;
    expect(await named({ A: "1" }))
      .to.match(/^settings-[0-9a-f]{8}$/)
      .and.equal(await named({ A: "1" }));
    expect(await named({ A: "1" })).to.not.equal(await named({ A: "2" }));
    const fixed = await run(() => new k8s.core.v1.Namespace("apps", { metadata: { name: "applications" } }));
    expect(fixed[0]!.inputs.metadata).to.deep.equal({ name: "applications" });
  });

  it("knows values of the program in a preview, but not those that a provider generates", async () => {
    const resources = await run(() => map("one", { GIVEN: map("other").metadata.name, MADE: password("door") }), {
      preview: true,
    });
    expect(resource(resources, "ConfigMap", "one").unknowns).to.deep.equal(["data.MADE"]);
    const known = await run(() => map("one", { GIVEN: map("other").metadata.name }), { preview: true });
    expect(resource(known, "ConfigMap", "one").unknowns).to.deep.equal([]);
  });

  it("distinguishes resources of the same type and name in different components", async () => {
    class Group extends pulumi.ComponentResource {
      constructor(name: string) {
        super(`test:test:${name}`, name);
        map(
          "settings",
          { FROM: name, PASSWORD: new random.RandomPassword("door", { length: 24 }, { parent: this }).result },
          { parent: this },
        );
        this.registerOutputs();
      }
    }
    const resources = await run(() => [new Group("a"), new Group("b")]);
    const data = resources.flatMap(({ name, inputs }) =>
      name === "settings" ? [inputs.data as Record<string, string>] : [],
    );
    expect(data.map(({ FROM }) => FROM).sort()).to.deep.equal(["a", "b"]);
    expect(data[0]!.PASSWORD).to.not.equal(data[1]!.PASSWORD);
    expect(new Set(resources.map(({ urn }) => urn))).to.have.length(resources.length);
  });

  it("refuses two resources with the same URN, as an engine does", async () => {
    const error = await failure(() => [map("twice"), map("twice")]);
    expect(error.message).to.equal(
      "Two resources have the URN urn:pulumi:test::test::kubernetes:core/v1:ConfigMap::twice; give one of them another name.",
    );
  });

  it("creates a held resource after its release, and then the resources that wait for it", async () => {
    const gate = Promise.withResolvers<void>();
    const seen: string[] = [];
    const recording = run(() => map("second", {}, { dependsOn: map("first") }), {
      hold: ({ name }) => (seen.push(name), name === "first" ? gate.promise : undefined),
    });
    while (!seen.includes("first")) await turn();
    expect(seen).to.deep.equal(["first"]);
    gate.resolve();
    const resources = await recording;
    expect(resources.map(({ name }) => name)).to.deep.equal(["first", "second"]);
    expect(resource(resources, "ConfigMap", "second").dependencies).to.deep.equal([
      resource(resources, "ConfigMap", "first").urn,
    ]);
  });

  it("leaves resources of a failed program out of the next recording", async () => {
    const late = async () => {
      for (let turns = 0; turns < 50; turns++) await turn();
      return "late";
    };
    const error = await failure(() => {
      map("lost", { VALUE: late() });
      throw new Error("half-way");
    });
    expect(error.message).to.equal("half-way");
    expect((await run(() => map("next", { VALUE: late() }))).map(({ name }) => name)).to.deep.equal(["next"]);
  });

  it("records parents, outputs, protection and providers", async () => {
    class Group extends pulumi.ComponentResource {
      constructor(opts: pulumi.ComponentResourceOptions) {
        super("test:test:Group", "group", {}, opts);
        map("inside", {}, { parent: this, protect: true });
        this.registerOutputs({ size: 1 });
      }
    }
    const resources = await record(
      { stack: "test", config: {} },
      () => new Group({ providers: { kubernetes: new k8s.Provider("cluster", {}) } }),
    );
    const group = resources.find(({ name }) => name === "group")!;
    expect(group).to.deep.include({ custom: false, parent: undefined, outputs: { size: 1 } });
    expect(resource(resources, "ConfigMap", "inside")).to.deep.include({
      custom: true,
      parent: group.urn,
      protect: true,
      provider: "urn:pulumi:test::platform::pulumi:providers:kubernetes::cluster",
    });
  });
});
