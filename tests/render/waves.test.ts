import { expect } from "chai";
import fc from "fast-check";
import type { RecordedResource } from "../../render/recorder.ts";
import { kind, waves } from "../../render/waves.ts";

const awaited = ["Deployment", "StatefulSet", "Job", "Ingress"];
const kinds = [...awaited, "ConfigMap", "Service", "NetworkPolicy"];

/** Returns a resource that is named by a number, with the fields that waves depend on. */
function resource(name: number, kind: string, dependencies: number[], parent?: number): RecordedResource {
  return {
    urn: String(name),
    type: kind === "Component" ? "chatdb:components:Component" : `kubernetes:group/v1:${kind}`,
    name: String(name),
    custom: kind !== "Component",
    parent: parent === undefined ? undefined : String(parent),
    inputs: {},
    autonamed: false,
    secrets: [],
    unknowns: [],
    provider: undefined,
    dependencies: dependencies.map(String),
    protect: false,
    outputs: {},
  };
}

/** Resources and components that depend only on earlier ones, in any order. */
const graphs = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...kinds, "Component"),
      dependencies: fc.array(fc.nat(), { maxLength: 4 }),
      parent: fc.option(fc.nat()),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((nodes) =>
    nodes.map(({ kind, dependencies, parent }, index) => {
      const components = nodes.slice(0, index).flatMap((node, earlier) => (node.kind === "Component" ? [earlier] : []));
      const isChild = parent !== null && components.length > 0;
      return resource(
        index,
        kind,
        index === 0 ? [] : [...new Set(dependencies.map((number) => number % index))],
        isChild ? components[parent % components.length] : undefined,
      );
    }),
  )
  .chain((resources) => fc.shuffledSubarray(resources, { minLength: resources.length }));

/** Returns what a resource waits for: its own dependencies and those of the components around it. */
function needs(resource: RecordedResource, byUrn: Map<string, RecordedResource>): RecordedResource[] {
  const parent = resource.parent === undefined ? [] : needs(byUrn.get(resource.parent)!, byUrn);
  return [...resource.dependencies.map((urn) => byUrn.get(urn)!), ...parent];
}

describe("waves", () => {
  it("put each resource in the first wave after its dependencies", () => {
    fc.assert(
      fc.property(graphs, (resources) => {
        const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
        const wave = waves(resources);
        for (const resource of resources) {
          const earliest = needs(resource, byUrn).map(
            (needed) => wave.get(needed.urn)! + (awaited.includes(kind(needed)) ? 1 : 0),
          );
          expect(wave.get(resource.urn)).to.equal(Math.max(0, ...earliest));
        }
      }),
    );
  });

  it("do not depend on the order in which resources were registered", () => {
    fc.assert(
      fc.property(graphs, (resources) => {
        expect(waves([...resources].reverse())).to.deep.equal(waves(resources));
      }),
    );
  });

  it("put a dependent of a custom resource into a later wave only when the program waits for it", () => {
    const cluster = {
      ...resource(1, "Cluster", []),
      inputs: { metadata: { annotations: { "pulumi.com/waitFor": "condition=Ready" } } },
    };
    expect(waves([cluster, resource(2, "Job", [1])]).get("2")).to.equal(1);
    expect(waves([resource(1, "Cluster", []), resource(2, "Job", [1])]).get("2")).to.equal(0);
  });

  it("ignore dependencies on resources that are not recorded, such as the engine's own", () => {
    expect(waves([resource(1, "Deployment", [99])]).get("1")).to.equal(0);
  });

  it("refuse a cycle, and name its members", () => {
    expect(() =>
      waves([
        resource(0, "Job", [2]),
        resource(1, "Deployment", [0]),
        resource(2, "ConfigMap", [1]),
        resource(3, "Service", [0]),
      ]),
    ).to.throw("These resources wait for each other: 0 -> 2 -> 1 -> 0");
    expect(() => waves([resource(0, "Job", [0])])).to.throw("These resources wait for each other: 0 -> 0");
  });

  it("refuse a component that waits for its own child", () => {
    expect(() => waves([resource(0, "Component", [1]), resource(1, "Job", [], 0)])).to.throw("wait for each other");
  });
});
