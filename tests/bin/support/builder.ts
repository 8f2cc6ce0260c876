import type { Context, Suite, Test } from "mocha";
import { localBase, reference } from "../../../bin/base-image.ts";
import { ask } from "../../../bin/command.ts";
import { findBuilder, type ImageBuilder } from "../../../bin/image-builder.ts";

/**
 * Finds this machine's image builder with the base image; otherwise skips the test and names the reason in its title.
 */
export function builderOrSkip(context: Context): ImageBuilder {
  const base = reference(localBase());
  const builder = anyBuilder();
  if (builder instanceof Error) return skip(context, builder.message);
  return builder.has(base)
    ? builder
    : skip(context, `this machine does not have the base image: ${builder.name} pull ${base}`);
}

function anyBuilder(): ImageBuilder | Error {
  try {
    return findBuilder();
  } catch (error) {
    return error as Error;
  }
}

/** Skips the test, or the suite of a hook, and names the reason in the titles. */
export function skip(context: Context, reason: string): never {
  const skipped = context.test as Test;
  const tests = (suite: Suite): Test[] => [...suite.tests, ...suite.suites.flatMap(tests)];
  const parent = skipped.parent!;
  for (const test of parent.tests.includes(skipped) ? [skipped] : tests(parent)) test.title += ` (${reason})`;
  return context.skip();
}

/** The identifier of an image in the builder's store, which follows its content. */
export function contentDigest({ name }: ImageBuilder, image: string): string {
  const answer = {
    docker: () => ask("docker", "image", "inspect", "--format", "{{.Id}}", image),
    podman: () => ask("podman", "image", "inspect", "--format", "{{.Digest}}", image),
    buildah: () => ask("buildah", "inspect", "--type", "image", "--format", "{{.FromImageDigest}}", image),
  }[name]();
  if (answer === undefined) throw new Error(`${name} does not have ${image}.`);
  return answer.trim();
}
