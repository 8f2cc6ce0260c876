import { Factories } from "@cyclonedx/cyclonedx-library/Contrib/License";
import { HashAlgorithm, ComponentType } from "@cyclonedx/cyclonedx-library/Enums";
import { Bom, Component, HashDictionary, LicenseRepository, Metadata } from "@cyclonedx/cyclonedx-library/Models";
import { JSON as CycloneDxJson, JsonSerializer } from "@cyclonedx/cyclonedx-library/Serialize";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import type { Metafile } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { PackageURL } from "packageurl-js";
import parseLicense from "spdx-expression-parse";
import { reference, type BaseImage } from "./base-image.ts";

const root = join(import.meta.dirname, "..");

/** The parts of package-lock.json that say what a package is. */
interface LockedPackage {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  /** `sha512-` and the hash of the package's archive in base64. */
  readonly integrity?: string;
}

interface LockFile {
  readonly packages: Record<string, LockedPackage>;
}

const licenses = new Factories.LicenseFactory(parseLicense);
const serializer = new JsonSerializer(new CycloneDxJson.Normalize.Factory(Spec1dot6));
const format = { sortLists: true, space: 1 };

/**
 * Bill of materials of a service's image, in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): the packages whose
 * code the bundle holds, which of them imports which, and the base image. Equal images have equal bills: no time stamp,
 * and a serial number that follows from the content.
 * @throws Error where code comes from a package that package-lock.json does not know
 */
export function sbom(service: string, { inputs, outputs }: Metafile, base: BaseImage): string {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as LockFile;
  const components = new Map<string, Component>();
  /** The component that a file belongs to; one that is in several folders in the same version is one component. */
  const componentOf = (file: string): Component => {
    const made = packageComponent(packageFolder(file, packages), packages);
    const key = made.bomRef.value!;
    return components.get(key) ?? components.set(key, made).get(key)!;
  };

  const bundled = Object.values(outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const files = new Set(bundled.filter((file) => !file.startsWith(disabled)));
  for (const file of files) {
    const importer = componentOf(file);
    const imported = inputs[file]!.imports.filter(({ path }) => files.has(path)).map(({ path }) => componentOf(path));
    for (const component of imported) if (component !== importer) importer.dependencies.add(component.bomRef);
  }

  const image = new Component(ComponentType.Container, service, {
    ...described(packages[""]!),
    bomRef: "image",
    group: "platform",
  });
  const under = baseComponent(base);
  image.dependencies.add(under.bomRef);
  image.dependencies.add(componentOf(`services/${service}/main.ts`).bomRef);
  const bom = new Bom({ metadata: new Metadata({ component: image }) });
  for (const component of [under, ...components.values()]) bom.components.add(component);
  bom.serialNumber = serialNumber(serializer.serialize(bom, format));
  return `${serializer.serialize(bom, format)}\n`;
}

/** How esbuild marks a module that it replaced by an empty one, as a package's `browser` field may ask. */
const disabled = "(disabled):";

/**
 * The folder of package-lock.json that a file belongs to: the innermost one in node_modules, or that of a workspace.
 */
function packageFolder(file: string, packages: Record<string, LockedPackage>): string {
  const folder =
    /^(.*node_modules\/(@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ??
    Object.keys(packages).find((each) => each.startsWith("services/") && file.startsWith(`${each}/`));
  if (folder === undefined) throw new Error(`${file} is in the bundle and belongs to no package.`);
  return folder;
}

function packageComponent(folder: string, packages: Record<string, LockedPackage>): Component {
  const locked = packages[folder];
  if (locked?.version === undefined)
    throw new Error(`${folder} is in the bundle and not in package-lock.json: run npm install.`);
  const [name, scope] = (locked.name ?? folder.replace(/^.*node_modules\//, "")).split("/").reverse() as [
    string,
    string?,
  ];
  const isOurs = folder.startsWith("services/") && !folder.includes("node_modules");
  const purl = isOurs ? undefined : new PackageURL("npm", scope, name, locked.version).toString();
  return new Component(ComponentType.Library, name, {
    ...described(isOurs ? { ...packages[""], ...locked } : locked),
    bomRef: purl ?? `${scope}/${name}@${locked.version}`,
    ...(scope === undefined ? {} : { group: scope }),
    ...(purl === undefined ? {} : { purl }),
  });
}

function described({ version, license, integrity }: LockedPackage) {
  const [algorithm, hash] = integrity?.split("-", 2) ?? [];
  return {
    ...(version === undefined ? {} : { version }),
    ...(license === undefined ? {} : { licenses: new LicenseRepository([licenses.makeFromString(license)]) }),
    ...(algorithm === "sha512"
      ? { hashes: new HashDictionary([[HashAlgorithm["SHA-512"], Buffer.from(hash!, "base64").toString("hex")]]) }
      : {}),
  };
}

/** What the base image holds is in the bill of that image, not in this one. */
function baseComponent(base: BaseImage): Component {
  const { repository, tag, digest } = base;
  const name = basename(repository);
  return new Component(ComponentType.Container, name, {
    bomRef: reference(base),
    group: repository.slice(0, -name.length - 1),
    version: tag,
    ...(digest === undefined
      ? {}
      : {
          // https://github.com/package-url/purl-spec/blob/main/types/oci-definition.json: the version is the digest.
          purl: new PackageURL("oci", undefined, name, digest, { repository_url: repository, tag }).toString(),
          hashes: new HashDictionary([[HashAlgorithm["SHA-256"], digest.slice("sha256:".length)]]),
        }),
  });
}

/** A UUID made of a hash: version 8, RFC 9562 section 5.8. */
function serialNumber(content: string): string {
  const bytes = createHash("sha256").update(content).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `urn:uuid:${bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")}`;
}
