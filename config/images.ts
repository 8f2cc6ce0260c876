import * as pulumi from "@pulumi/pulumi";
import { sourceTag } from "./source-tag.ts";
import { imageNames } from "./workspace.ts";
import type { Issue } from "./issue.ts";

/** What decides which images a stack runs. */
export interface ImageSettings {
  imageRegistry: string;
  imageTag: string;
  /** Digests by the images' names. */
  imageDigests: Record<string, string>;
  requireDigests: boolean;
}

/**
 * Reference of the image of one of the project's own services or tools. Where the stack has its digest, the digest
 * alone decides what runs; the tag then tells people which version that is.
 */
export function imageReference({ imageRegistry, imageTag, imageDigests }: ImageSettings, name: string): string {
  const digest = imageDigests[name];
  return `${imageRegistry}/${name}:${imageTag === "source" ? sourceTag(name) : imageTag}${digest === undefined ? "" : `@${digest}`}`;
}

/** Digests of images that there are not, or of images that are built here and were never pushed. */
export function digestIssues({ imageTag, imageDigests }: ImageSettings): Issue[] {
  const names = Object.keys(imageDigests);
  const unknown = names.filter((name) => !imageNames().includes(name));
  const issues = unknown.map((name) => ({
    path: `imageDigests.${name}`,
    message: `is no image of this project: those are ${imageNames().join(", ")}`,
  }));
  if (names.length === 0 || imageTag !== "source") return issues;
  return [
    ...issues,
    {
      path: "imageDigests",
      message: 'are those of pushed images: imageTag has to be the tag they were pushed with, not "source"',
    },
  ];
}

/**
 * Holds a stack with `requireDigests` to its word: what it deploys cannot change behind a tag.
 * `others` are the images that are not built here, by the settings that name them.
 * @throws pulumi.RunError where an image has no digest. A preview only warns, since perhaps nothing has been pushed yet.
 */
export function guardDigests(settings: ImageSettings, others: Readonly<Record<string, string>>): void {
  const objection = settings.requireDigests ? withoutDigest(settings, others) : undefined;
  if (objection === undefined) return;
  if (pulumi.runtime.isDryRun()) void pulumi.log.warn(objection);
  else throw new pulumi.RunError(objection);
}

/** Which images are named by their tag alone, and what to do; undefined where none is. */
function withoutDigest(settings: ImageSettings, images: Readonly<Record<string, string>>): string | undefined {
  const { imageRegistry, imageTag, imageDigests } = settings;
  const stack = pulumi.getStack();
  const own = imageNames().filter((name) => !(name in imageDigests));
  const others = Object.keys(images).filter((name) => !images[name]!.includes("@"));
  if (own.length + others.length === 0) return undefined;
  return [
    `stack ${stack} deploys images by their digest alone (requireDigests), and some have none.`,
    ...(own.length > 0
      ? [
          `Push ${own.join(", ")}, which writes the digests into Pulumi.${stack}.yaml:`,
          `  npm run images -- --push ${imageRegistry} --tag ${imageTag} --stack ${stack}`,
        ]
      : []),
    ...(others.length > 0 ? [`Append @sha256:... to the settings ${others.join(", ")}.`] : []),
  ].join("\n");
}
