/* npm run images: builds the images of the services and puts them where the cluster finds them. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { currentContext } from "../config/cluster.ts";
import { stackNames } from "../config/project.ts";
import { baseImage, localBase, reference, releaseBase, type BaseImage } from "./base-image.ts";
import { bundle, sbomFile } from "./bundle.ts";
import { findBuilder, type ImageBuilder } from "./image-builder.ts";
import { imageLabels } from "./image-labels.ts";
import { imagesOnAllNodes, loaderFor } from "./image-loader.ts";
import { sourceTag } from "../config/source-tag.ts";
import { imageNames } from "../config/workspace.ts";
import { writeImages } from "./stack-file.ts";
import { main } from "./usage.ts";
import { UsageError } from "../services/kit/usage-error.ts";

const usage = `Usage: npm run images [-- --push REGISTRY --tag TAG [--stack STACK] | --sbom DIR | --prune] [--base IMAGE]
  Builds the image of each service that changed and loads it into Minikube or kind.
  CHATDB_IMAGE_LOADER   a command that loads the images it is given, for another local cluster
  --push REGISTRY       push them to REGISTRY/<service> instead, such as ghcr.io/you/platform
  --tag TAG             with this tag
  --stack STACK         and write registry, tag and digests into Pulumi.STACK.yaml: ${stackNames().join(", ")}
  --sbom DIR            only write what the images hold to DIR/<service>.cdx.json, in CycloneDX
  --prune               only delete the images of earlier sources from this machine, those of this project alone
  --base IMAGE          build on IMAGE, such as a mirror's copy; else on the one that services/Dockerfile names,
                        by its digest for --push and --sbom, and as this machine has it for a local cluster`;

const root = join(import.meta.dirname, "..");
const localRegistry = "localhost/platform";

/** Name of the image that is built of a service's present sources. */
function localImage(service: string): string {
  return `${localRegistry}/${service}:${sourceTag(service)}`;
}

/** Which cluster the images are for (default: the one behind the current context), and what they are built on. */
export interface LocalImages {
  readonly context?: string | undefined;
  readonly base?: BaseImage;
}

/**
 * Builds what is missing on this machine and loads what is missing in the cluster.
 * @throws Error where there is nothing to build with, or where that cluster cannot be loaded into
 */
export async function buildImages({ context = currentContext(), base = localBase() }: LocalImages = {}): Promise<void> {
  const load = loaderFor(context);
  const present = imagesOnAllNodes(context);
  const missing = imageNames().filter((service) => !present.has(localImage(service)));
  if (missing.length === 0) return console.log("Images: the cluster has them all.");
  const builder = findBuilder();
  const unbuilt = missing.filter((service) => !builder.has(localImage(service)));
  if (unbuilt.length > 0) await build(unbuilt, localImage, base, builder);
  load(missing.map(localImage), builder);
}

/** Where a release goes. */
export interface Release {
  readonly registry: string;
  readonly tag: string;
  readonly base: BaseImage;
}

/** Builds all images, pushes them and returns their digests by service. */
export async function pushImages({ registry, tag, base }: Release): Promise<Record<string, string>> {
  const builder = findBuilder();
  const name = (service: string) => `${registry}/${service}:${tag}`;
  await build(imageNames(), name, base, builder);
  const digests: Record<string, string> = {};
  for (const service of imageNames()) {
    digests[service] = builder.push(name(service));
    console.log(`Images: pushed ${name(service)}@${digests[service]}`);
  }
  return digests;
}

async function build(
  services: string[],
  name: (service: string) => string,
  base: BaseImage,
  builder: ImageBuilder,
): Promise<void> {
  console.log(`Images: building ${services.join(", ")} with ${builder.name} on ${reference(base)}`);
  await Promise.all(services.map((service) => bundle(service, base)));
  for (const service of services) {
    builder.build(name(service), {
      dockerfile: join(root, "services/Dockerfile"),
      context: join(root, "dist"),
      arguments: { BASE: reference(base), SERVICE: service },
      labels: imageLabels(service, base),
    });
  }
}

async function writeSboms(directory: string, base: BaseImage): Promise<void> {
  mkdirSync(directory, { recursive: true });
  await Promise.all(imageNames().map((service) => bundle(service, base)));
  for (const service of imageNames())
    copyFileSync(join(root, "dist", service, sbomFile), join(directory, `${service}.cdx.json`));
  console.log(`Images: the bills of materials of ${imageNames().length} images are in ${directory}.`);
}

/**
 * Deletes the images that were built of other sources than those that are here now. Others' images have other names.
 */
export function pruneImages(builder: ImageBuilder): string[] {
  const current = imageNames().map(localImage);
  const superseded = builder
    .list()
    .filter((image) => /^localhost\/platform\/[a-z0-9/-]+:src-[0-9a-f]{12}$/.test(image) && !current.includes(image));
  superseded.forEach((image) => builder.remove(image));
  return superseded;
}

function options() {
  const { values } = parseArgs({
    options: {
      push: { type: "string" },
      tag: { type: "string" },
      stack: { type: "string" },
      sbom: { type: "string" },
      prune: { type: "boolean" },
      base: { type: "string" },
    },
  });
  const { push, tag, stack, sbom, prune } = values;
  if ([push, sbom, prune].filter((task) => task !== undefined).length > 1)
    throw new UsageError("--push, --sbom and --prune are different tasks: give one.");
  if ((push === undefined) !== (tag === undefined)) throw new UsageError("--push and --tag go together.");
  if (stack !== undefined && push === undefined) throw new UsageError("--stack goes with --push.");
  if (stack !== undefined && !stackNames().includes(stack))
    throw new UsageError(`there is no stack ${stack}: the stacks are ${stackNames().join(", ")}.`);
  return { ...values, base: values.base === undefined ? undefined : givenBase(values.base) };
}

function givenBase(text: string): BaseImage {
  try {
    return baseImage(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

if (process.argv[1] === import.meta.filename) {
  await main("images", usage, async () => {
    const { push, tag, stack, sbom, prune, base } = options();
    if (push !== undefined && tag !== undefined) {
      const registry = push.replace(/\/$/, "");
      const digests = await pushImages({ registry, tag, base: base ?? releaseBase() });
      if (stack !== undefined) writeImages(stack, { imageRegistry: registry, imageTag: tag, imageDigests: digests });
    } else if (sbom !== undefined) await writeSboms(sbom, base ?? releaseBase());
    else if (prune) console.log(`Images: deleted ${pruneImages(findBuilder()).length} of earlier sources.`);
    else await buildImages(base ? { base } : {});
  });
}
