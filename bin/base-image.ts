import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The image that every service's image is built on. */
export interface BaseImage {
  /** Registry and path, such as `gcr.io/distroless/nodejs24-debian12`. */
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string | undefined;
}

/** @throws Error where the reference has no tag or is no reference at all */
export function baseImage(reference: string): BaseImage {
  const { repository, tag, digest } =
    /^(?<repository>[^@\s]+):(?<tag>[\w][\w.-]*)(@(?<digest>sha256:[0-9a-f]{64}))?$/.exec(reference)?.groups ?? {};
  if (repository === undefined || tag === undefined)
    throw new Error(`${reference} is no base image: give registry/name:tag, with @sha256:... or without.`);
  return { repository, tag, digest };
}

export function reference({ repository, tag, digest }: BaseImage): string {
  return `${repository}:${tag}${digest === undefined ? "" : `@${digest}`}`;
}

/** What releases are built on: the image that services/Dockerfile names, by its digest. */
export function releaseBase(): BaseImage {
  const dockerfile = readFileSync(join(import.meta.dirname, "../services/Dockerfile"), "utf8");
  return baseImage(/^ARG BASE=(\S+)$/m.exec(dockerfile)?.[1] ?? "");
}

/** What images for a local cluster are built on: the same image, as this machine has it under that tag. */
export function localBase(): BaseImage {
  return { ...releaseBase(), digest: undefined };
}
