import * as k8s from "@pulumi/kubernetes";
import { expect } from "chai";
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { OneOffJob, type OneOffJobArgs } from "../../../components/workload/one-off-job.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { environment, object, objects, resource, workload } from "../../../render/objects.ts";
import { dependency, run, namespace } from "../../support/program.ts";
import { podFaults, rules } from "../../support/rules.ts";

const args: OneOffJobArgs = {
  namespace: namespace("data"),
  image: "example.com/chatdb/tool:1",
  args: ["main.js", "topics"],
  uses: [],
};
const job = (more: Partial<OneOffJobArgs> = {}) => run(() => new OneOffJob("cleanup", { ...args, ...more }));

describe("one-off job", () => {
  let plain: RecordedResource[];
  let full: RecordedResource[];
  before(async () => {
    plain = await job();
    full = await job({
      env: { TOPICS: "[]" },
      secretEnv: { TOKEN: "a-token-that-is-secret" },
      uses: [
        dependency("store", {
          env: { HOST: "store" },
          secretEnv: { KEY: "a-key-that-is-secret" },
          destinations: [{ to: { cidr: "10.0.0.0/8" }, port: 443 }],
        }),
      ],
    });
  });

  it("runs its command once, retries a failure, and stops after ten minutes", () => {
    const { spec } = object(plain, "Job", "cleanup");
    expect(spec).to.include({ backoffLimit: 4, activeDeadlineSeconds: 600 });
    expect(spec.template.spec.restartPolicy).to.equal("OnFailure");
    expect(spec.template.spec.containers[0]).to.deep.include({ image: args.image, args: args.args });
  });

  it("stays after it has finished: every update would run a deleted job again", () => {
    expect(object(plain, "Job", "cleanup").spec).to.not.have.property("ttlSecondsAfterFinished");
  });

  it("gets its name from Pulumi, so that a changed job replaces the old one", () => {
    expect(object(plain, "Job", "cleanup").metadata.name).to.match(/^cleanup-.+/);
    expect(object(full, "Job", "cleanup").metadata.name).to.not.equal(object(plain, "Job", "cleanup").metadata.name);
  });

  it("has its own variables and those of its dependencies, secret ones by reference", () => {
    expect(environment(full, "cleanup")).to.deep.equal({
      TOPICS: "[]",
      TOKEN: "a-token-that-is-secret",
      HOST: "store",
      KEY: "a-key-that-is-secret",
    });
    const [{ env }] = workload(full, "cleanup").pod.containers as [k8s.types.output.core.v1.Container];
    const { metadata, immutable } = object(full, "Secret", "cleanup");
    expect(
      env.filter(({ valueFrom }) => valueFrom).map(({ name, valueFrom }) => [name, valueFrom.secretKeyRef]),
    ).to.have.deep.members([
      ["TOKEN", { name: metadata.name, key: "TOKEN" }],
      ["KEY", { name: metadata.name, key: "KEY" }],
    ]);
    expect(immutable).to.be.true;
    expect(rules.kept(full)).to.deep.equal([]);
  });

  it("gets a valid Kubernetes name when its name in the program is not one", async () => {
    const resources = await run(() => [new OneOffJob("java_db", args), new OneOffJob("java-db", args)]);
    const names = objects(resources, "ServiceAccount").map(({ metadata }) => metadata.name);
    expect(names.sort()[0]).to.equal("java-db");
    expect(names[1]).to.match(/^java-db-[0-9a-f]{10}$/);
    expect(podFaults(resources)).to.deep.equal([]);
  });

  it("makes no Secret when it has no secret variables", () => {
    expect(objects(plain, "Secret")).to.be.empty;
  });

  it("waits for its dependencies and its network policies", async () => {
    const resources = await run(() => {
      const first = new k8s.core.v1.ConfigMap("first", {});
      return new OneOffJob("cleanup", {
        ...args,
        uses: [dependency("a", { readyWhen: [first], destinations: [{ to: { cidr: "10.0.0.0/8" }, port: 1 }] })],
      });
    });
    const waitsFor = resource(resources, "Job", "cleanup").dependencies;
    expect(waitsFor).to.include(resource(resources, "ConfigMap", "first").urn);
    expect(waitsFor).to.include(resource(resources, "NetworkPolicy", "cleanup-egress").urn);
  });

  it("meets the rules about pods", () => {
    expect(podFaults(plain)).to.deep.equal([]);
    expect(podFaults(full)).to.deep.equal([]);
  });
});

/** Known defects of kubernetesx must not return through the one class that is used. */
describe("kubernetesx", () => {
  let resources: RecordedResource[];
  before(async () => (resources = await job({ secretEnv: { TOKEN: "secret" } })));

  it("gives the container the requested name, whatever the image", () => {
    expect(workload(resources, "cleanup").pod.containers.map(({ name }) => name)).to.deep.equal(["job"]);
  });

  it("declares no port, so none with the name undefined", () => {
    expect(workload(resources, "cleanup").pod.containers[0]!.ports).to.deep.equal([]);
  });

  it("keeps numbers and references in variables, and writes no object as a value", () => {
    for (const variable of workload(resources, "cleanup").pod.containers[0]!.env) {
      expect(Object.keys(variable)).to.satisfy(
        (keys: string[]) => keys.includes("value") !== keys.includes("valueFrom"),
      );
    }
  });

  it("keeps the given labels instead of those that it derives from the image", () => {
    expect(workload(resources, "cleanup").podLabels).to.deep.equal({
      "app.kubernetes.io/name": "cleanup",
      "app.kubernetes.io/component": "job",
      "app.kubernetes.io/part-of": "test",
    });
  });

  it("does not mark the whole pod as secret or, in a preview, as unknown", async () => {
    const preview = await run(() => new OneOffJob("cleanup", { ...args, secretEnv: { TOKEN: "secret" } }), {
      preview: true,
    });
    expect(resource(preview, "Job", "cleanup")).to.deep.include({ secrets: [], unknowns: [] });
  });

  it("shares the one copy of @pulumi/kubernetes in the tree", () => {
    const root = createRequire(import.meta.url);
    const own = createRequire(root.resolve("@pulumi/kubernetesx"));
    expect(own.resolve("@pulumi/kubernetes")).to.equal(root.resolve("@pulumi/kubernetes"));
    const lock = JSON.parse(readFileSync(join(import.meta.dirname, "../../../package-lock.json"), "utf8")) as {
      packages: Record<string, unknown>;
    };
    expect(Object.keys(lock.packages).filter((path) => path.endsWith("node_modules/@pulumi/kubernetes"))).to.deep.equal(
      ["node_modules/@pulumi/kubernetes"],
    );
  });

  it("is imported only by the module of the one-off job", () => {
    const cwd = join(import.meta.dirname, "../../..");
    const sources = globSync("{index.ts,{components,config,systems,render,bin}/**/*.ts}", { cwd });
    expect(sources).to.include("components/data/kafka.ts");
    expect(
      sources.filter((file) => readFileSync(join(cwd, file), "utf8").includes('"@pulumi/kubernetesx"')),
    ).to.deep.equal(["components/workload/one-off-job.ts"]);
  });
});
