import type { RecordedResource } from "./recorder.ts";

/** Tells the system that a resource is part of: the name of the outermost component around it. */
export type SystemOf = (resource: Pick<RecordedResource, "name" | "parent">) => string;

export function systemsOf(resources: readonly RecordedResource[]): SystemOf {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const systemOf: SystemOf = ({ name, parent }) => {
    const outer = parent === undefined ? undefined : byUrn.get(parent);
    return outer ? systemOf(outer) : name;
  };
  return systemOf;
}
