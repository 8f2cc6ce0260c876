import { systemsOf } from "./identity.ts";
import type { RecordedResource } from "./recorder.ts";

/** A use as a microservice registers it. */
interface Use {
  readonly name: string;
  readonly lazy?: boolean;
  /** The component that is used; absent where it is no part of the program. */
  readonly urn?: string;
}

/** An arrow of the dependency graph: who uses what, each by `system/name`. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** Whether startup does not wait for it, since its absence is tolerated. */
  readonly lazy: boolean;
}

const service = "platform:workload:Microservice";
const infrastructure = ["platform:data:Postgres", "platform:data:Kafka", "platform:data:ObjectStore"];

/** The edges that the microservices declared. Two databases of one server, say, are one. */
export function edges(resources: readonly RecordedResource[]): Edge[] {
  const systemOf = systemsOf(resources);
  const titles = new Map(resources.map((resource) => [resource.urn, `${systemOf(resource)}/${resource.name}`]));
  const declared = resources
    .filter(({ type }) => type === service)
    .flatMap((consumer) =>
      ((consumer.outputs.uses ?? []) as Use[]).map(
        ({ name, lazy = false, urn = "" }): Edge => ({
          from: titles.get(consumer.urn)!,
          to: titles.get(urn) ?? `${systemOf(consumer)}/${name}`,
          lazy,
        }),
      ),
    );
  return [...new Map(declared.map((edge) => [`${edge.from} ${edge.to} ${edge.lazy}`, edge])).values()];
}

/** The dependency graph as a Mermaid flowchart, a box for each system; dashed arrows are the lazy edges. */
export function mermaid(resources: readonly RecordedResource[]): string {
  const systemOf = systemsOf(resources);
  const shapes = new Map<string, string>();
  const draw = (title: string, start: string, end: string) => {
    if (!shapes.has(title)) shapes.set(title, `${id(title)}${start}${title.split("/")[1]}${end}`);
  };
  for (const { type, name, parent } of resources) {
    const title = `${systemOf({ name, parent })}/${name}`;
    if (type === service) draw(title, "[", "]");
    if (infrastructure.includes(type)) draw(title, "[(", ")]");
  }
  for (const { to } of edges(resources)) draw(to, "[(", ")]");
  const bySystem = Map.groupBy([...shapes.keys()].sort(), (title) => title.split("/")[0]!);
  const boxes = [...bySystem].flatMap(([system, titles]) => [
    `  subgraph ${id(system)}[${system}]`,
    ...titles.map((title) => `    ${shapes.get(title)}`),
    "  end",
  ]);
  const arrows = edges(resources).map(({ from, to, lazy }) => `  ${id(from)} ${lazy ? "-.->" : "-->"} ${id(to)}`);
  return ["flowchart TD", ...boxes, ...[...new Set(arrows)].sort(), ""].join("\n");
}

/** Mermaid takes letters, digits and underscores. */
function id(title: string): string {
  return title.replaceAll("-", "_").replace("/", "__");
}
