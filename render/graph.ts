import type { RecordedResource } from "./recorder.ts";

interface Use {
  readonly name: string;
  readonly lazy?: boolean;
}

/** An arrow of the dependency graph: who uses what. Lazy: whose absence is tolerated, so startup does not wait. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly lazy: boolean;
}

const service = "chatdb:components:Microservice";
const infrastructure = ["chatdb:components:Postgres", "chatdb:components:Kafka", "chatdb:components:ObjectStore"];

/** The edges that the microservices declared. Two databases of one server, say, are one. */
export function edges(resources: readonly RecordedResource[]): Edge[] {
  const declared = resources
    .filter(({ type }) => type === service)
    .flatMap(({ name, outputs }) =>
      ((outputs.uses ?? []) as Use[]).map((use): Edge => ({ from: name, to: use.name, lazy: use.lazy ?? false })),
    );
  return [...new Map(declared.map((edge) => [`${edge.from} ${edge.to} ${edge.lazy}`, edge])).values()];
}

/** The dependency graph as a Mermaid flowchart; dashed arrows are the lazy edges. */
export function mermaid(resources: readonly RecordedResource[]): string {
  const id = (name: string) => name.replaceAll("-", "_");
  const nodes = resources.flatMap(({ type, name }) => {
    if (type === service) return [`  ${id(name)}[${name}]`];
    return infrastructure.includes(type) ? [`  ${id(name)}[(${name})]`] : [];
  });
  const known = new Set(nodes.map((node) => /^\s+(\w+)/.exec(node)![1]));
  const arrows = edges(resources).map(({ from, to, lazy }) => `  ${id(from)} ${lazy ? "-.->" : "-->"} ${id(to)}`);
  const outside = edges(resources).flatMap(({ to }) => (known.has(id(to)) ? [] : [`  ${id(to)}[(${to})]`]));
  return ["flowchart TD", ...[...new Set([...nodes, ...outside])].sort(), ...[...new Set(arrows)].sort(), ""].join(
    "\n",
  );
}
