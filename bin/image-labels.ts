import { readFileSync } from "node:fs";
import { join } from "node:path";
import { reference, type BaseImage } from "./base-image.ts";
import { sourceTag } from "../config/source-tag.ts";

interface Package {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly repository?: { readonly url: string };
}

/**
 * Labels of a service's image, by the names that OCI has for them
 * (https://github.com/opencontainers/image-spec/blob/main/annotations.md).
 *
 * Equal sources have equal labels, for they are part of the image: there is no time in them, and in place of the
 * commit, which changes with files that are not in the image, the version has the tag that follows from the image's own
 * sources.
 */
export function imageLabels(service: string, base: BaseImage): Record<string, string> {
  const { version, description, license, repository } = JSON.parse(
    readFileSync(join(import.meta.dirname, "../package.json"), "utf8"),
  ) as Package;
  const labels = {
    title: service,
    description,
    licenses: license,
    version: `${version}+${sourceTag(service)}`,
    source: repository?.url,
    "base.name": reference({ ...base, digest: undefined }),
    "base.digest": base.digest,
  };
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) =>
      value === undefined ? [] : [[`org.opencontainers.image.${name}`, value]],
    ),
  );
}
