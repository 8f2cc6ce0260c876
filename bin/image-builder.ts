import { ask, run } from "./command.ts";

/** A program that builds images and keeps them. */
export interface ImageBuilder {
  readonly name: "docker" | "podman" | "buildah";
  has(image: string): boolean;
  build(image: string, dockerfile: string, context: string, service: string): void;
  /** Writes the image into a file, in the format of `docker save`. */
  save(image: string, file: string): void;
  push(image: string, to: string): void;
}

// buildah: no cache of layers, since a tag that is new has a new bundle; nothing runs, so no isolation is lost.
const buildahOptions = ["--isolation", "chroot", "--pull=false", "--layers=false", "--quiet"];

const docker: ImageBuilder = {
  name: "docker",
  has: (image) => ask("docker", "image", "inspect", image) !== undefined,
  build: (image, dockerfile, context, service) => run("docker", "build", "--quiet", ...buildArguments(image, dockerfile, context, service)),
  save: (image, file) => run("docker", "save", "--output", file, image),
  push(image, to) {
    run("docker", "tag", image, to);
    run("docker", "push", "--quiet", to);
  },
};

const podman: ImageBuilder = {
  name: "podman",
  has: (image) => ask("podman", "image", "exists", image) !== undefined,
  build: (image, dockerfile, context, service) => run("podman", "build", "--quiet", ...buildArguments(image, dockerfile, context, service)),
  save: (image, file) => run("podman", "save", "--quiet", "--output", file, image),
  push: (image, to) => run("podman", "push", "--quiet", image, to),
};

const buildah: ImageBuilder = {
  name: "buildah",
  has: (image) => ask("buildah", "inspect", "--type", "image", image) !== undefined,
  build: (image, dockerfile, context, service) => run("buildah", "bud", ...buildahOptions, ...buildArguments(image, dockerfile, context, service)),
  save: (image, file) => run("buildah", "push", "--quiet", image, `docker-archive:${file}:${image}`),
  push: (image, to) => run("buildah", "push", "--quiet", image, `docker://${to}`),
};

function buildArguments(image: string, dockerfile: string, context: string, service: string): string[] {
  return ["--file", dockerfile, "--build-arg", `SERVICE=${service}`, "--tag", image, context];
}

/**
 * The builder of this machine: the first of docker (with a running daemon), podman and buildah.
 * @throws Error saying what to install
 */
export function findBuilder(): ImageBuilder {
  if (ask("docker", "version", "--format", "{{.Server.Version}}") !== undefined) return docker;
  if (ask("podman", "--version") !== undefined) return podman;
  if (ask("buildah", "--version") !== undefined) return buildah;
  const present = ask("docker", "--version") !== undefined;
  throw new Error(
    present
      ? "images cannot be built: docker is installed, but its daemon does not answer. Start it, or install podman or buildah."
      : "images cannot be built: none of docker, podman and buildah is installed. Install one of them.",
  );
}
