import { Version } from "@cyclonedx/cyclonedx-library/Spec";
import { JsonStrictValidator } from "@cyclonedx/cyclonedx-library/Validation";
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { releaseBase, localBase, reference } from "../../bin/base-image.ts";
import { bundle, sbomFile } from "../../bin/bundle.ts";
import { sbom } from "../../bin/sbom.ts";

interface Bom {
  readonly serialNumber: string;
  readonly metadata: {
    readonly timestamp?: string;
    readonly component: { readonly name: string; readonly "bom-ref": string };
  };
  readonly components: readonly {
    readonly "bom-ref": string;
    readonly name: string;
    readonly group?: string;
    readonly version: string;
    readonly purl?: string;
    readonly licenses?: unknown;
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const lock = JSON.parse(read("package-lock.json")) as {
  packages: Record<string, { version: string; integrity: string; dev?: boolean }>;
};
const service = "chatdb/sample-data";

describe("bill of materials of an image", function () {
  this.timeout(300_000);
  let text = "";
  let bom: Bom;
  before(async () => {
    await bundle(service);
    text = read(`dist/${service}/${sbomFile}`);
    bom = JSON.parse(text) as Bom;
  });

  it("is valid CycloneDX 1.6", async () => {
    const validator = new JsonStrictValidator(Version.v1dot6);
    expect(await validator.validate(text)).to.equal(null);
    expect(await validator.validate(text.replace('"name"', '"nom"'))).to.not.equal(null);
  });

  it("describes the image and its base by digest", () => {
    expect(bom.metadata.component.name).to.equal(service);
    const base = bom.components.find((component) => component["bom-ref"] === reference(releaseBase()))!;
    expect(`sha256:${base.hashes![0]!.content}`).to.equal(releaseBase().digest);
    expect(base.purl).to.match(/^pkg:oci\/nodejs24-debian12@sha256/);
    const of = bom.dependencies.find(({ ref }) => ref === bom.metadata.component["bom-ref"])!;
    expect(of.dependsOn).to.have.members([reference(releaseBase()), `@${service}@0.1.0`]);
  });

  it("lists every bundled package with the version and hash of package-lock.json", () => {
    const code = readdirSync(join(root, "dist", service))
      .filter((file) => file.endsWith(".js"))
      .map((file) => read(`dist/${service}/${file}`))
      .join("\n");
    // The bundle keeps the paths of CommonJS modules.
    const folders = [
      ...code.matchAll(
        /"((?:[^"]*\/)?node_modules\/(?:@[^/"]+\/)?[^/"]+)\/[^"]*"\((?:exports|module|\.\.\.|[a-z_]*\d*)/g,
      ),
    ].map(([, folder]) => folder!);
    const packages = [...new Set(folders)].filter((folder) => folder in lock.packages);
    expect(packages).to.include.members(["node_modules/pg", "node_modules/pg-pool"]);
    for (const folder of packages) {
      const [name, scope] = folder
        .replace(/^.*node_modules\//, "")
        .split("/")
        .reverse() as [string, string?];
      const { version, integrity } = lock.packages[folder]!;
      const component = bom.components.find(
        (candidate) => candidate.name === name && candidate.group === scope && candidate.version === version,
      );
      expect(component, folder).to.include({
        purl: `pkg:npm/${scope === undefined ? "" : `${scope.replace("@", "%40")}/`}${name}@${version}`,
      });
      expect(component!.hashes, folder).to.deep.equal([
        { alg: "SHA-512", content: Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex") },
      ]);
      expect(component!.licenses, folder).to.have.length(1);
    }
  });

  it("lists no tools and no packages of other services", () => {
    const names = bom.components.map(({ group, name }) => (group ? `${group}/${name}` : name));
    expect(names)
      .to.include.members(["@platform/kit", "@platform/provisioner", "zod"])
      .and.not.include.members(["@chatdb/api-gateway"]);
    for (const absent of ["esbuild", "typescript", "mocha", "libpg-query", "@pulumi/pulumi", "@chatdb/ml-engine"])
      expect(names).to.not.include(absent);
    expect(new Set(names).size, "no package twice in one version").to.equal(
      new Set(bom.components.map((component) => component["bom-ref"])).size,
    );
  });

  it("records which package imports which", () => {
    const imports = (ref: string) => bom.dependencies.find((dependency) => dependency.ref === ref)?.dependsOn ?? [];
    const pg = bom.components.find(({ name }) => name === "pg")!["bom-ref"];
    expect(imports(pg).some((ref) => ref.startsWith("pkg:npm/pg-pool@"))).to.be.true;
    expect(imports(pg)).to.not.include("@platform/kit@0.1.0");
  });

  it("is equal for equal images, and has another serial number with another base", async () => {
    await bundle(service);
    expect(read(`dist/${service}/${sbomFile}`)).to.equal(text);
    expect(bom.metadata.timestamp).to.equal(undefined);
    await bundle(service, localBase());
    const other = JSON.parse(read(`dist/${service}/${sbomFile}`)) as Bom;
    expect(other.serialNumber).to.not.equal(bom.serialNumber);
  });

  it("is refused for a bundle with code of unknown origin", () => {
    const metafile = (file: string) => ({
      inputs: { [file]: { bytes: 1, imports: [] } },
      outputs: { "main.js": { bytes: 1, inputs: { [file]: { bytesInOutput: 1 } }, imports: [], exports: [] } },
    });
    expect(() => sbom(service, metafile("node_modules/left-pad/index.js"), releaseBase())).to.throw(
      "node_modules/left-pad is in the bundle and not in package-lock.json",
    );
    expect(() => sbom(service, metafile("../elsewhere.js"), releaseBase())).to.throw(
      "../elsewhere.js is in the bundle and belongs to no package.",
    );
  });
});
