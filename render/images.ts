import type { Manifest } from "./manifests.ts";

/** Lists the images of objects of any kind, sorted: the values of `image` and, in custom resources, of `imageName`. */
export function images(objects: readonly Manifest[]): string[] {
  return [...new Set(objects.flatMap(named))].sort();
}

function named(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
    /^image(Name)?$/.test(key) && typeof child === "string" ? [child] : named(child),
  );
}
