import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { clusterProvider, currentContext, isAllowed, kubeconfigFiles } from "../../config/cluster.ts";
import type { PlatformSettings } from "../../config/platform.ts";
import type { RecordedResource } from "../../render/recorder.ts";
import { failure, run } from "../support/program.ts";

describe("allowed contexts", () => {
  it("match by name, with `*` for any characters", () => {
    expect(isAllowed("minikube", ["kind-*", "minikube"])).to.be.true;
    expect(isAllowed("kind-chatdb", ["kind-*"])).to.be.true;
    expect(isAllowed("arn:aws:eks:eu-central-1:1:cluster/prod", ["arn:aws:eks:*:cluster/prod"])).to.be.true;
    expect(isAllowed("minikube-2", ["minikube"])).to.be.false;
    expect(isAllowed("my-kind-chatdb", ["kind-*"])).to.be.false;
    expect(isAllowed("prodXeu", ["prod.eu"])).to.be.false;
    expect(isAllowed("minikube", [])).to.be.false;
  });

  it("match every other character literally", () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !text.includes("*") && !text.includes("\n"));
    fc.assert(
      fc.property(name, name, (context, other) => {
        expect(isAllowed(context, [context])).to.be.true;
        expect(isAllowed(context, [other])).to.equal(context === other);
        expect(isAllowed(context + other, [`${context}*`])).to.be.true;
      }),
    );
  });
});

describe("cluster of a stack", () => {
  const environment = { ...process.env };
  let directory: string;

  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "kubeconfig-"))));
  afterEach(() => {
    process.env = { ...environment };
    rmSync(directory, { recursive: true });
  });

  const file = (name: string, text: string) => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  const kubeconfig = (...contexts: string[]) => {
    process.env.KUBECONFIG = contexts
      .map((context, index) => file(`config-${index}`, `apiVersion: v1\nkind: Config\ncurrent-context: "${context}"\n`))
      .join(delimiter);
  };
  const provider = (settings: Partial<PlatformSettings>) => () =>
    clusterProvider({ kubeContext: "", allowedContexts: ["test-*"], ...settings });
  const inputs = ([resource]: RecordedResource[]) => resource!.inputs;

  it("is the one of the current context", async () => {
    kubeconfig("test-1");
    expect(inputs(await run(provider({})))).to.include({ context: "test-1", clusterIdentifier: "test" });
  });

  it("is the one of kubeContext if set", async () => {
    kubeconfig("elsewhere");
    expect(inputs(await run(provider({ kubeContext: "test-2" })))).to.include({ context: "test-2" });
  });

  it("is rejected when the stack does not allow it, with both remedies", async () => {
    kubeconfig("prod-eu");
    const error = await failure(provider({ allowedContexts: ["minikube", "kind-*"] }));
    expect(pulumi.RunError.isInstance(error)).to.be.true;
    expect(error.message).to.equal(
      "stack test may not be deployed to the context prod-eu: it allows minikube, kind-*.\n" +
        "Choose another context with `kubectl config use-context`, or allow this one:\n" +
        "  pulumi config set --stack test --path 'platform:allowedContexts[2]' prod-eu",
    );
  });

  it("is rejected when the stack allows none yet", async () => {
    kubeconfig("prod-eu");
    expect((await failure(provider({ allowedContexts: [] }))).message)
      .to.include("it allows none yet.")
      .and.include("'platform:allowedContexts[0]' prod-eu");
  });

  it("is rejected in a preview too", async () => {
    kubeconfig("prod-eu");
    expect((await failure(provider({}), { preview: true })).message).to.include(
      "may not be deployed to the context prod-eu",
    );
  });

  for (const [what, prepare] of Object.entries<() => void>({
    "there is no kubeconfig": () => (process.env.KUBECONFIG = join(directory, "missing")),
    "the kubeconfig is empty": () => (process.env.KUBECONFIG = file("empty", "")),
    "it names no current context": () => kubeconfig(""),
  })) {
    it(`is optional for a preview and required for a deployment when ${what}`, async () => {
      prepare();
      const error = await failure(provider({}));
      expect(pulumi.RunError.isInstance(error)).to.be.true;
      expect(error.message).to.equal(
        "no cluster: the kubeconfig names no current context. Start Minikube (`minikube start`) or set KUBECONFIG.",
      );
      expect(inputs(await run(provider({}), { preview: true })))
        .to.include({ clusterIdentifier: "test" })
        .and.not.have.property("context");
    });
  }

  it("is found like in kubectl: in all files of KUBECONFIG, or else in the home directory", () => {
    kubeconfig("", "test-1", "test-2");
    expect(currentContext()).to.equal("test-1");
    expect(
      kubeconfigFiles({ KUBECONFIG: [file("a", ""), join(directory, "missing"), file("b", "")].join(delimiter) }),
    ).to.deep.equal([join(directory, "a"), join(directory, "b")]);
    process.env.HOME = directory;
    expect(kubeconfigFiles({})).to.deep.equal([]);
  });
});
