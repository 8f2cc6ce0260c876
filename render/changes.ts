import { isDeepStrictEqual } from "node:util";
import type { RecordedResource } from "./recorder.ts";
import { forcing } from "./replacements.ts";

/** What Pulumi does with a resource when a program replaces an earlier one. */
export interface Change {
  readonly resource: RecordedResource;
  readonly action: "create" | "update" | "replace" | "delete";
  /** Paths that differ; for a replacement, those that force it. Empty for a creation or a deletion. */
  readonly properties: readonly string[];
  /** Whether the old object must be deleted before the new one is made, since both have the same name. */
  readonly deletedFirst: boolean;
}

/**
 * Lists the changes between two recordings of a stack, in the order of the program, deletions last. A resource is
 * identified by its URN, so one that was renamed with an alias shows as deleted and created.
 */
export function changes(before: readonly RecordedResource[], after: readonly RecordedResource[]): Change[] {
  const old = new Map(before.map((resource) => [resource.urn, resource]));
  const names = new Map<unknown, unknown>();
  const replaced = new Set<string>();
  const result: Change[] = [];
  for (const resource of after.filter(({ custom }) => custom)) {
    const was = old.get(resource.urn);
    old.delete(resource.urn);
    const change = was ? difference(was, resource, names, replaced) : created(resource);
    if (change?.action === "replace") replaced.add(resource.urn);
    // An engine keeps the name that it gave to an object as long as the object exists.
    else if (was && resource.autonamed) names.set(nameOf(resource), nameOf(was));
    if (change) result.push(change);
  }
  const deleted = [...old.values()].filter(({ custom }) => custom).reverse();
  return [
    ...result,
    ...deleted.map((resource): Change => ({ resource, action: "delete", properties: [], deletedFirst: false })),
  ];
}

function created(resource: RecordedResource): Change {
  return { resource, action: "create", properties: [], deletedFirst: false };
}

/** Properties that the recorder adds to the inputs, as a provider would. */
const generated = ["status", "result", "hex", "b64Url"];

function difference(
  was: RecordedResource,
  is: RecordedResource,
  names: ReadonlyMap<unknown, unknown>,
  replaced: ReadonlySet<string>,
): Change | undefined {
  const changed = differing(was.inputs, is.inputs, names).filter(
    (path) => !generated.includes(path) && !(is.autonamed && path === "metadata.name"),
  );
  const forced = [
    ...forcing(is, changed),
    ...(is.provider !== undefined && replaced.has(is.provider) ? ["provider"] : []),
  ];
  if (forced.length > 0)
    return { resource: is, action: "replace", properties: forced, deletedFirst: isSameObject(was, is) };
  return changed.length > 0 ? { resource: is, action: "update", properties: changed, deletedFirst: false } : undefined;
}

/** Paths of the values that differ. Two lists of different lengths differ as a whole. */
function differing(
  was: unknown,
  is: unknown,
  names: ReadonlyMap<unknown, unknown>,
  path: readonly string[] = [],
): string[] {
  if (isDeepStrictEqual(was, names.get(is) ?? is)) return [];
  if (
    !isComposite(was) ||
    !isComposite(is) ||
    (Array.isArray(was) && was.length !== (is as unknown as unknown[]).length)
  )
    return [path.join(".")];
  const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
  return [...keys].flatMap((key) => differing(was[key], is[key], names, [...path, key]));
}

function isComposite(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Whether both are objects of one fixed name and namespace, which a cluster can have only once. */
function isSameObject(was: RecordedResource, is: RecordedResource): boolean {
  return is.type.startsWith("kubernetes:") && !is.autonamed && isDeepStrictEqual(address(was), address(is));
}

function address({ inputs }: RecordedResource): unknown {
  const { name, namespace } = (inputs.metadata ?? {}) as { name?: string; namespace?: string };
  return [name, namespace];
}

function nameOf({ inputs }: RecordedResource): unknown {
  return (inputs.metadata as { name?: string }).name;
}
