import type { Context } from "mocha";
import { localBase, reference } from "../../../bin/base-image.ts";
import { ask } from "../../../bin/command.ts";
import { findBuilder, type ImageBuilder } from "../../../bin/image-builder.ts";

/** The builder of this machine, which has the base image too; else the test is skipped, and its name says why. */
export function builderOrSkip(context: Context): ImageBuilder {
  const base = reference(localBase());
  const builder = anyBuilder();
  if (builder instanceof Error) return skip(context, builder.message);
  return builder.has(base) ? builder : skip(context, `this machine does not have the base image: ${builder.name} pull ${base}`);
}

function anyBuilder(): ImageBuilder | Error {
  try {
    return findBuilder();
  } catch (error) {
    return error as Error;
  }
}

/** Skips what the context belongs to, with the reason in its name. */
export function skip(context: Context, reason: string): never {
  const runnable = context.test!;
  runnable.title += ` (${reason})`;
  return context.skip();
}

/** What names an image in the builder's store by its content. */
export function contentDigest({ name }: ImageBuilder, image: string): string {
  const answer = {
    docker: () => ask("docker", "image", "inspect", "--format", "{{.Id}}", image),
    podman: () => ask("podman", "image", "inspect", "--format", "{{.Digest}}", image),
    buildah: () => ask("buildah", "inspect", "--type", "image", "--format", "{{.FromImageDigest}}", image),
  }[name]();
  if (answer === undefined) throw new Error(`${name} does not have ${image}.`);
  return answer.trim();
}
