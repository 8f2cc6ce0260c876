import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, run } from "./command.ts";
import type { ImageBuilder } from "./image-builder.ts";

/** Puts images from the builder's store into a cluster. */
export type ImageLoader = (images: string[], builder: ImageBuilder) => void;

/**
 * How images get into the cluster behind a context: by the command in CHATDB_IMAGE_LOADER, which is given them as
 * arguments; otherwise by Minikube or kind.
 * @throws Error for any other cluster, which pulls its images from a registry
 */
export function loaderFor(context: string | undefined, command = process.env.CHATDB_IMAGE_LOADER): ImageLoader {
  if (command) {
    const [program, ...args] = command.trim().split(/\s+/);
    return (images) => run(program!, ...args, ...images);
  }
  if (context === undefined)
    throw new Error(
      "no cluster to load images into: the kubeconfig names no current context. Start one, or push with --push.",
    );
  if (context.startsWith("kind-")) return kind(context.slice("kind-".length));
  if (context === "minikube" || isMinikubeProfile(context)) return minikube(context);
  throw new Error(
    `images cannot be loaded into the cluster of the context ${context}: that is possible with Minikube and kind alone.\n` +
      "Push them to a registry that the cluster can pull from:\n" +
      "  npm run images -- --push REGISTRY --tag TAG\n" +
      "and name it in the stack's configuration, as platform:imageRegistry and platform:imageTag.",
  );
}

function isMinikubeProfile(context: string): boolean {
  const answer = ask("minikube", "profile", "list", "--light", "--output", "json");
  if (answer === undefined) return false;
  const { valid = [] } = JSON.parse(answer) as { valid?: { Name: string }[] };
  return valid.some(({ Name }) => Name === context);
}

function minikube(profile: string): ImageLoader {
  const load = (...what: string[]) => run("minikube", "--profile", profile, "image", "load", ...what);
  return (images, builder) =>
    builder.name === "docker" ? load("--daemon", ...images) : withArchives(images, builder, (file) => load(file));
}

function kind(name: string): ImageLoader {
  return (images, builder) => {
    if (builder.name === "docker") run("kind", "load", "docker-image", "--name", name, ...images);
    else withArchives(images, builder, (file) => run("kind", "load", "image-archive", "--name", name, file));
  };
}

function withArchives(images: string[], builder: ImageBuilder, load: (file: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "chatdb-images-"));
  try {
    const archives = builder.savesMany ? [images] : images.map((image) => [image]);
    archives.forEach((archived, index) => {
      const file = join(folder, `${index}.tar`);
      builder.save(archived, file);
      load(file);
      rmSync(file);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface NodeList {
  items: { status: { images?: { names?: string[] }[] } }[];
}

/**
 * Images that every node of the cluster has, as the nodes report them (they name up to 50 each, and up to a minute
 * late). Empty where the cluster cannot be asked: then nothing is left out.
 */
export function imagesOnAllNodes(context: string | undefined): Set<string> {
  const answer = ask(
    "kubectl",
    ...(context === undefined ? [] : ["--context", context]),
    "get",
    "nodes",
    "--output",
    "json",
  );
  if (answer === undefined) return new Set();
  const { items } = JSON.parse(answer) as NodeList;
  const nodes = items.map(({ status }) => new Set(status.images?.flatMap(({ names = [] }) => names)));
  const [first = new Set<string>(), ...others] = nodes;
  return new Set([...first].filter((image) => others.every((node) => node.has(image))));
}
