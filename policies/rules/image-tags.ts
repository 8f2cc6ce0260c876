import { eachContainer, unless, type ObjectRule } from "../rule.ts";

export const imageTags: ObjectRule = {
  name: "image-tags",
  description:
    "A reference always means the same image: otherwise two pods of one Deployment may differ. Give a version as its tag, or better a digest.",
  faults: eachContainer(({ image }) => unless(isFixed(image), `takes ${image}, which may be another image tomorrow`)),
};

/**
 * Returns whether a reference always means the same image. A tag without a digit names a branch or a channel: `latest`,
 * `main`.
 */
function isFixed(image: string): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  const tag = /^[^@]*:([^:/@]+)$/.exec(image)?.[1];
  return tag !== undefined && /\d/.test(tag) && !/^latest\b/.test(tag);
}
