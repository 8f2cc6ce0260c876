import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, capture, run } from "./command.ts";

/** What an image is built of. */
export interface Build {
  readonly dockerfile: string;
  /** The folder that the Dockerfile copies from. */
  readonly context: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** A program that builds images and keeps them. Equal builds on one machine give equal images, at any time. */
export interface ImageBuilder {
  readonly name: "docker" | "podman" | "buildah";
  has(image: string): boolean;
  /** Names of all images that it keeps, `registry/name:tag`. */
  list(): string[];
  build(image: string, build: Build): void;
  /** Whether one file can hold several images, with the layers that they share once. */
  readonly savesMany: boolean;
  /** Writes images into a file, in the format of `docker save`. */
  save(images: readonly string[], file: string): void;
  /** Pushes the image to where its name says and returns its digest there, `sha256:...`. */
  push(image: string): string;
  /** Takes the name from the image, and deletes it where that was its last. */
  remove(image: string): void;
}

/*
 * The time in every image is zero: the time of a commit would give equal sources new images with every commit, the time
 * of the build with every build. Builders other than docker rewrite the times of files themselves; bin/bundle.ts sets
 * those of its own.
 */
const atZero = ["--timestamp", "0"];

// docker: what would be attested by default, as when the build ran, would be part of the digest.
const reproducible = { SOURCE_DATE_EPOCH: "0", BUILDX_NO_DEFAULT_ATTESTATIONS: "1" };

// buildah: no cache of layers, since a tag that is new has a new bundle; nothing runs, so no isolation is lost.
const buildahOptions = ["--isolation", "chroot", "--pull=false", "--layers=false", "--identity-label=false"];

const names = (list: string | undefined) =>
  (list ?? "").split("\n").filter((name) => name !== "" && !name.includes("<none>"));

const docker: ImageBuilder = {
  name: "docker",
  has: (image) => ask("docker", "image", "inspect", image) !== undefined,
  list: () => names(ask("docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}")),
  build: (image, build) => {
    Object.assign(process.env, reproducible);
    run("docker", "build", "--quiet", ...buildArguments(image, build));
  },
  savesMany: true,
  save: (images, file) => run("docker", "save", "--output", file, ...images),
  push(image) {
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(capture("docker", "push", image))?.[1];
    if (digest === undefined) throw new Error(`docker did not tell the digest of ${image}.`);
    return digest;
  },
  remove: (image) => run("docker", "image", "rm", image),
};

const podman: ImageBuilder = {
  name: "podman",
  has: (image) => ask("podman", "image", "exists", image) !== undefined,
  list: () => names(ask("podman", "images", "--format", "{{.Repository}}:{{.Tag}}")),
  build: (image, build) => run("podman", "build", "--quiet", ...atZero, ...buildArguments(image, build)),
  savesMany: true,
  save: (images, file) => run("podman", "save", "--quiet", "--multi-image-archive", "--output", file, ...images),
  push: (image) => pushedDigest((file) => run("podman", "push", "--quiet", tls(image), "--digestfile", file, image)),
  remove: (image) => run("podman", "image", "rm", image),
};

const buildah: ImageBuilder = {
  name: "buildah",
  has: (image) => ask("buildah", "inspect", "--type", "image", image) !== undefined,
  list: () => names(ask("buildah", "images", "--format", "{{.Name}}:{{.Tag}}")),
  build: (image, build) =>
    run("buildah", "bud", "--quiet", ...buildahOptions, ...atZero, ...buildArguments(image, build)),
  savesMany: false,
  save: ([image], file) => run("buildah", "push", "--quiet", image!, `docker-archive:${file}:${image}`),
  push: (image) =>
    pushedDigest((file) =>
      run("buildah", "push", "--quiet", tls(image), "--digestfile", file, image, `docker://${image}`),
    ),
  remove: (image) => run("buildah", "rmi", image),
};

function buildArguments(image: string, { dockerfile, context, arguments: args, labels }: Build): string[] {
  const pairs = (option: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`]);
  return ["--file", dockerfile, ...pairs("--build-arg", args), ...pairs("--label", labels), "--tag", image, context];
}

/** A registry on this machine is spoken to without TLS, as docker does by itself. */
function tls(image: string): string {
  return `--tls-verify=${!/^(localhost|127\.[\d.]+|\[::1\]):\d+\//.test(image)}`;
}

function pushedDigest(push: (digestFile: string) => void): string {
  const folder = mkdtempSync(join(tmpdir(), "chatdb-digest-"));
  try {
    const file = join(folder, "digest");
    push(file);
    return readFileSync(file, "utf8").trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
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
