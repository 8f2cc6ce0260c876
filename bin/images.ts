/* npm run images: builds the images of the services and puts them where the cluster finds them. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { currentContext } from "../config/cluster.ts";
import { bundle } from "./bundle.ts";
import { findBuilder, type ImageBuilder } from "./image-builder.ts";
import { imagesOnAllNodes, loaderFor } from "./image-loader.ts";
import { imageTag, serviceNames } from "./image-tag.ts";
import { main, UsageError } from "./usage.ts";

const usage = `Usage: npm run images [-- --push REGISTRY --tag TAG]
  Builds the image of each service that changed and loads it into Minikube or kind.
  CHATDB_IMAGE_LOADER   a command that loads the images it is given, for another local cluster
  --push REGISTRY       push them to REGISTRY/<service> instead, such as ghcr.io/you/chatdb
  --tag TAG             with this tag`;

const root = join(import.meta.dirname, "..");

/** Name of the image that is built of a service's present sources. */
function localImage(service: string): string {
  return `localhost/chatdb/${service}:${imageTag(service)}`;
}

/**
 * Builds what is missing on this machine and loads what is missing in the cluster behind the context (default: the current one).
 * @throws Error where there is nothing to build with, or where that cluster cannot be loaded into
 */
export async function buildImages({ context = currentContext() }: { context?: string | undefined } = {}): Promise<void> {
  const load = loaderFor(context);
  const present = imagesOnAllNodes(context);
  const missing = serviceNames().filter((service) => !present.has(localImage(service)));
  if (missing.length === 0) return console.log("Images: the cluster has them all.");
  const builder = findBuilder();
  await build(missing, builder);
  load(missing.map(localImage), builder);
}

async function pushImages(registry: string, tag: string): Promise<void> {
  const builder = findBuilder();
  await build(serviceNames(), builder);
  for (const service of serviceNames()) {
    const to = `${registry.replace(/\/$/, "")}/${service}:${tag}`;
    builder.push(localImage(service), to);
    console.log(`Images: pushed ${to}`);
  }
}

async function build(services: string[], builder: ImageBuilder): Promise<void> {
  const missing = services.filter((service) => !builder.has(localImage(service)));
  if (missing.length === 0) return;
  console.log(`Images: building ${missing.join(", ")} with ${builder.name}`);
  await Promise.all(missing.map(bundle));
  for (const service of missing) builder.build(localImage(service), join(root, "services/Dockerfile"), join(root, "dist"), service);
}

if (process.argv[1] === import.meta.filename) {
  await main("images", usage, async () => {
    const { push, tag } = parseArgs({ options: { push: { type: "string" }, tag: { type: "string" } } }).values;
    if ((push === undefined) !== (tag === undefined)) throw new UsageError("--push and --tag go together.");
    if (push !== undefined && tag !== undefined) await pushImages(push, tag);
    else await buildImages();
  });
}
