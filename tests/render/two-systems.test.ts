import { expect } from "chai";
import { breaches } from "../../policies/rule.ts";
import { objectRules, systemRules } from "../../policies/rules/index.ts";
import { changes } from "../../render/changes.ts";
import { edges, mermaid } from "../../render/graph.ts";
import { manifests, type Manifest } from "../../render/manifests.ts";
import { openConnections } from "../../render/network.ts";
import { environment, kubernetesObjects, object, objects, workload } from "../../render/objects.ts";
import type { RecordedResource } from "../../render/recorder.ts";
import { run } from "../support/program.ts";
import { rules } from "../support/rules.ts";
import { databases, systems, twoSystems, type SystemName } from "../support/two-systems.ts";

/** Renames the lines or objects of one system to those of the other, and removes generated values. */
const renamed = (values: readonly unknown[]): string[] =>
  values
    .map((value) =>
      JSON.stringify(value)
        .replaceAll("south", "north")
        .replaceAll(/-([0-9a-f]{10}|[0-9a-f]{8})\b/g, "-suffix")
        .replace(/("CLUSTER_ID","value":)"[^"]+"/, '$1"made up"'),
    )
    .sort();

describe("two systems with the same names", () => {
  let resources: RecordedResource[];
  let rendered: Manifest[];
  before(async () => {
    resources = await run(() => twoSystems());
    rendered = manifests(resources, { form: "external", store: "vault" }).flat();
  });
  const of = (system: SystemName, lines: readonly string[]) => lines.filter((line) => line.includes(system));

  for (const [name, rule] of Object.entries(rules))
    it(`meet the rules of every program: ${name}`, () => expect(rule(resources)).to.deep.equal([]));

  it("meet the policies", () => {
    expect(breaches([...objectRules, ...systemRules], kubernetesObjects(resources))).to.deep.equal([]);
  });

  it("have their own manifests in their own namespaces, equal except for the names", () => {
    const [north, south] = systems.map((system) =>
      rendered.filter(({ metadata }) => (metadata.namespace ?? metadata.name).startsWith(`${system}-`)),
    );
    expect(north).to.have.length.above(60);
    expect(renamed(south!)).to.deep.equal(renamed(north!));
    const titles = rendered.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    expect(new Set(titles)).to.have.length(titles.length);
  });

  it("do not mention each other", () => {
    for (const [system, other] of [systems, [...systems].reverse()]) {
      const own = rendered.filter(({ metadata }) => metadata.namespace?.startsWith(`${system}-`));
      expect(JSON.stringify(own)).to.include(system).and.not.include(other);
    }
  });

  it("have the labels of their own system", () => {
    for (const { kind, metadata } of rendered)
      if (metadata.labels?.["app.kubernetes.io/part-of"] !== undefined && kind !== "PriorityClass")
        expect((metadata.namespace ?? metadata.name).split("-")[0]).to.equal(
          metadata.labels["app.kubernetes.io/part-of"],
        );
    const classes = rendered.filter(({ kind }) => kind === "PriorityClass");
    expect(classes.map(({ metadata }) => metadata.labels!["app.kubernetes.io/part-of"]).sort()).to.deep.equal([
      "north",
      "north",
      "south",
      "south",
    ]);
  });

  it("have different passwords", () => {
    const passwords = resources.filter(({ type }) => type.endsWith(":RandomPassword"));
    expect(passwords).to.have.length(2 * (3 + databases.length + 2));
    expect(new Set(passwords.map(({ inputs }) => inputs.result))).to.have.length(passwords.length);
    const at = (system: SystemName) => environment(resources, `${system}-services/store`).DB_0_PASSWORD;
    expect(at("north")).to.not.equal(at("south"));
  });

  it("keep their passwords under their own keys in a secret store", () => {
    const keys = (system: SystemName) =>
      rendered
        .filter(({ kind, metadata }) => kind === "ExternalSecret" && metadata.namespace!.startsWith(system))
        .flatMap(({ spec }) =>
          (spec as { data: { remoteRef: { key: string } }[] }).data.map(({ remoteRef }) => remoteRef.key),
        );
    expect(keys("north")).to.include.members(["north-postgres-admin", "north-kafka-api-gateway", "north-minio-store"]);
    for (const system of systems) expect(keys(system).every((key) => key.startsWith(`${system}-`))).to.be.true;
  });

  it("have their own network policies", () => {
    for (const system of systems) {
      const { metadata, spec } = object(
        resources,
        "NetworkPolicy",
        `${system}-data/store--to--${system}-data--postgres--5432`,
      );
      expect(metadata.name).to.equal(`${system}-services--store--to--postgres--5432`);
      expect(spec.ingress[0]!.from[0]!.namespaceSelector.matchLabels).to.deep.equal({
        "kubernetes.io/metadata.name": `${system}-services`,
      });
    }
  });

  it("have their own rows in the table of connections, and connect only within themselves", () => {
    const connections = openConnections(resources).filter((connection) => !connection.endsWith("-> dns"));
    expect(of("north", connections)).to.include.members([
      "north-services/store -> north-data/postgres:5432",
      "north-services/api-gateway -> north-services/store:8000",
      "north-services/api-gateway -> north-data/kafka:9092",
    ]);
    expect(renamed(of("south", connections))).to.deep.equal(renamed(of("north", connections)));
    expect(connections.filter((connection) => systems.every((system) => connection.includes(system)))).to.be.empty;
  });

  it("are both open to one consumer, through separate policies", () => {
    expect(
      openConnections(resources).filter((connection) => connection.startsWith("monitoring/prometheus")),
    ).to.deep.equal([
      "monitoring/prometheus -> dns",
      "monitoring/prometheus -> north-services/api-gateway:8000",
      "monitoring/prometheus -> south-services/api-gateway:8000",
    ]);
    expect(environment(resources, "prometheus")).to.include({
      TARGET_0: "http://api-gateway.north-services.svc.cluster.local:8000",
      TARGET_1: "http://api-gateway.south-services.svc.cluster.local:8000",
    });
  });

  it("have their own nodes and edges in the graph", () => {
    const chart = mermaid(resources).split("\n");
    for (const system of systems)
      expect(chart).to.include.members([
        `  subgraph ${system}[${system}]`,
        `    ${system}__api_gateway[api-gateway]`,
        `    ${system}__postgres[(postgres)]`,
        `  ${system}__store --> ${system}__postgres`,
        `  monitoring__prometheus --> ${system}__api_gateway`,
      ]);
    expect(edges(resources)).to.have.length(2 * (2 + 2) + 2);
  });

  it("have the same resources in a preview", async () => {
    const preview = await run(() => twoSystems(), { preview: true });
    expect(preview.map(({ urn }) => urn)).to.have.members(resources.map(({ urn }) => urn));
    const images = (recorded: readonly RecordedResource[]) =>
      systems.map((system) => workload(recorded, `${system}-data/postgres`).pod.containers[0]!.image);
    expect(images(preview)).to.deep.equal(images(resources));
  });

  it("can be added and removed without a change to each other", async () => {
    const alone = await run(() => twoSystems(["north"]));
    const added = changes(alone, resources).filter(({ resource }) => !resource.urn.includes("Monitoring"));
    expect(added).to.have.length.above(60);
    for (const { action, resource } of added) {
      expect(action, resource.urn).to.equal("create");
      expect(resource.urn).to.include("platform:systems:south");
    }
    expect(changes(resources, resources)).to.deep.equal([]);
  });

  it("must be looked up by namespace when a name is ambiguous", () => {
    expect(() => workload(resources, "postgres")).to.throw(
      "2 workloads are named postgres; there are north-data/postgres, south-data/postgres.",
    );
    expect(() => environment(resources, "api-gateway")).to.throw("2 workloads are named api-gateway");
  });

  it("have Jobs with unique valid names for databases whose names Kubernetes refuses", () => {
    const jobs = objects(resources, "Job").filter(({ metadata }) => metadata.namespace === "north-data");
    const names = jobs.map(({ metadata }) => metadata.labels["app.kubernetes.io/name"]!);
    expect(names.filter((name) => name.startsWith("postgres-"))).to.have.length(databases.length);
    expect(new Set(names)).to.have.length(names.length);
    for (const { metadata, spec } of jobs) {
      expect(metadata.name).to.match(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      expect(metadata.name).to.include(spec.template.spec.serviceAccountName);
    }
  });
});
