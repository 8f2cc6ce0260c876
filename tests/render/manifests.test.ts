import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { manifests, toYaml, type Manifest } from "../../render/manifests.ts";
import type { RecordedResource } from "../../render/recorder.ts";
import { recording, variants, type Variant } from "../support/stacks.ts";

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const store = { form: "external", store: "vault" } as const;
const passwords = (resources: readonly RecordedResource[]) =>
  resources
    .filter(({ type }) => type.endsWith(":RandomPassword"))
    .map(({ name, inputs }) => [name, String(inputs.result)] as const);

/** Returns the objects of each wave as parsed from their YAML, as Argo CD reads them. */
const rendered = async (variant: Variant, secrets: Parameters<typeof manifests>[1] = store) =>
  manifests(await recording(variant), secrets).map((objects) =>
    parseAllDocuments(toYaml(objects)).map((document) => document.toJS() as Manifest),
  );

function emptyFields(value: unknown, path = ""): string[] {
  if (value === null || value === undefined) return [path];
  return typeof value === "object"
    ? Object.entries(value).flatMap(([key, child]) => emptyFields(child, `${path}.${key}`))
    : [];
}

for (const variant of variants) {
  describe(`manifests: ${variant}`, () => {
    let waves: Manifest[][];
    let objects: Manifest[];
    before(async () => {
      waves = await rendered(variant);
      objects = waves.flat();
    });

    it("contain every Kubernetes object of the program once", async () => {
      const registered = (await recording(variant)).filter(({ type }) => type.startsWith("kubernetes:"));
      expect(objects).to.have.length(registered.length);
      const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
      expect(new Set(names)).to.have.length(objects.length);
    });

    it("have a version, a kind, a name, an existing namespace and no empty fields", () => {
      const namespaces = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
      for (const object of objects) {
        const name = `${object.kind} ${object.metadata.name}`;
        expect(object.apiVersion, name).to.match(/^([a-z0-9.-]+\/)?v\d+([a-z]+\d+)?$/);
        expect(object.kind, name).to.match(/^[A-Z][A-Za-z]+$/);
        expect(object.metadata.name, name).to.match(dnsLabel);
        if (!["Namespace", "PriorityClass"].includes(object.kind))
          expect(namespaces, name).to.include(object.metadata.namespace);
        expect(emptyFields(object), name).to.deep.equal([]);
        expect(object, name).to.not.have.property("status");
      }
    });

    it("have the annotation of their wave, and none of Pulumi's", () => {
      waves.forEach((wave, number) => {
        for (const { metadata } of wave) {
          expect(metadata.annotations).to.have.property("argocd.argoproj.io/sync-wave", String(number));
          expect(Object.keys(metadata.annotations!).filter((key) => key.startsWith("pulumi.com/"))).to.be.empty;
        }
      });
    });

    it("start with the namespaces, and have no empty wave", () => {
      for (const wave of waves) expect(wave).to.not.be.empty;
      const last = waves[0]!.findLastIndex(({ kind }) => kind === "Namespace");
      expect(waves[0]!.slice(0, last + 1).every(({ kind }) => kind === "Namespace")).to.be.true;
      expect(
        waves
          .slice(1)
          .flat()
          .filter(({ kind }) => kind === "Namespace"),
      ).to.be.empty;
    });

    it("contain no secret value", async () => {
      const resources = await recording(variant);
      const text = manifests(resources, store).map(toYaml).join();
      expect(passwords(resources)).to.have.length.above(0);
      for (const [name, password] of passwords(resources)) expect(text.includes(password), name).to.be.false;
      expect(text).to.not.include("secret setting");
      expect(objects.filter(({ kind }) => kind === "Secret")).to.be.empty;
    });

    it("name the source of each secret value, in the Secrets that the pods refer to", async () => {
      const resources = await recording(variant);
      const known = [
        ...passwords(resources).map(([name]) => `chatdb-${name}`),
        ...(variant === "external" ? external : []),
      ];
      const stores = objects.filter(({ kind }) => kind === "ExternalSecret") as unknown as ExternalSecret[];
      const secrets = resources.filter(({ type }) => type === "kubernetes:core/v1:Secret");
      expect(stores).to.have.length(secrets.length);
      for (const { apiVersion, metadata, spec } of stores) {
        expect(apiVersion).to.equal("external-secrets.io/v1");
        expect(spec.secretStoreRef).to.deep.equal({ kind: "ClusterSecretStore", name: "vault" });
        expect(spec.target).to.include({ name: metadata.name, creationPolicy: "Owner" });
        expect(known).to.include.members(spec.data.map(({ remoteRef }) => remoteRef.key));
        const secret = secrets.find(({ inputs }) => (inputs.metadata as { name: string }).name === metadata.name)!;
        const given = spec.target.template
          ? Object.keys(spec.target.template.data)
          : spec.data.map(({ secretKey }) => secretKey);
        expect(given.sort()).to.deep.equal(Object.keys(secret.inputs.stringData as object).sort());
      }
    });
  });
}

const external = [
  "chatdb-postgres.external.adminPassword",
  "chatdb-kafka.external.login.password",
  "chatdb-objectStore.external.accessKeyId",
  "chatdb-objectStore.external.secretAccessKey",
  "chatdb-dataSources.configured.orders.password",
  "chatdb-llm.key",
];

interface ExternalSecret extends Manifest {
  readonly spec: {
    readonly secretStoreRef: unknown;
    readonly target: {
      readonly name: string;
      readonly creationPolicy: string;
      readonly template?: { readonly data: Record<string, string> };
    };
    readonly data: { secretKey: string; remoteRef: { key: string; property: string } }[];
  };
}

describe("manifests", () => {
  const find = async (variant: Variant, kind: string, prefix: string, secrets?: Parameters<typeof manifests>[1]) =>
    (await rendered(variant, secrets))
      .flat()
      .find((object) => object.kind === kind && object.metadata.name.startsWith(prefix))!;

  it("use the same key of a password for the server and its user", async () => {
    const keys = async (prefix: string) =>
      ((await find("dev", "ExternalSecret", prefix)) as ExternalSecret).spec.data.map(({ secretKey, remoteRef }) => [
        secretKey,
        remoteRef.key,
        remoteRef.property,
      ]);
    expect(await keys("training-orchestrator-")).to.deep.equal([
      ["DATABASE_PASSWORD", "chatdb-postgres-training-owner", "password"],
      ["KAFKA_PASSWORD", "chatdb-kafka-training-orchestrator", "password"],
    ]);
    expect(await keys("postgres-training-owner-")).to.deep.equal([
      ["ADMIN_DATABASE_PASSWORD", "chatdb-postgres-admin", "password"],
      ["USER_PASSWORD", "chatdb-postgres-training-owner", "password"],
    ]);
  });

  it("keep values in a Secret that are not secret", async () => {
    const { spec } = (await find("dev", "ExternalSecret", "ml-engine-")) as ExternalSecret;
    expect(spec.target.template!.data).to.include({
      S3_ACCESS_KEY_ID: "ml-engine_a",
      S3_SECRET_ACCESS_KEY: "{{ .S3_SECRET_ACCESS_KEY }}",
    });
    expect(spec.data.map(({ secretKey }) => secretKey)).to.deep.equal(["KAFKA_PASSWORD", "S3_SECRET_ACCESS_KEY"]);
  });

  it("refer to secret settings by their own names", async () => {
    const resources = (await rendered("external"))
      .flat()
      .filter(({ kind }) => kind === "ExternalSecret") as ExternalSecret[];
    const keys = resources.flatMap(({ spec }) => spec.data.map(({ remoteRef }) => remoteRef.key));
    expect(keys).to.include.members(external);
  });

  it("make Argo CD replace a Job: its template cannot change", async () => {
    expect((await find("dev", "Job", "kafka-topics-")).metadata.annotations).to.include({
      "argocd.argoproj.io/sync-options": "Replace=true,Force=true",
    });
    expect((await find("dev", "Deployment", "api-gateway")).metadata.annotations).to.not.have.property(
      "argocd.argoproj.io/sync-options",
    );
  });

  it("contain secrets in clear on request", async () => {
    const resources = await recording("dev");
    const { stringData } = await find("dev", "Secret", "postgres-admin-", { form: "clear" });
    expect(stringData).to.deep.equal({ password: new Map(passwords(resources)).get("postgres-admin") });
  });

  it("do not change the recorded resources", async () => {
    const before = structuredClone(await recording("dev"));
    manifests(await recording("dev"), store);
    expect(await recording("dev")).to.deep.equal(before);
  });

  it("are YAML with sorted keys", () => {
    const object = { kind: "B", apiVersion: "v1", metadata: { namespace: "x", name: "y" } };
    expect(toYaml([object])).to.equal("---\napiVersion: v1\nkind: B\nmetadata:\n  name: y\n  namespace: x\n");
  });
});
