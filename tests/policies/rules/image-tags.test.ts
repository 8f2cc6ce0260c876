import { imageTags } from "../../../policies/rules/image-tags.ts";
import { deploymentOf } from "../support/deployment.ts";
import { ruleTests } from "../support/rule.ts";

const fixed = [
  "postgres:18.1",
  "localhost:5000/web:src-0123456789ab",
  "example.com/store:RELEASE.2026-09-16T00-00-00Z",
  `example.com/web@sha256:${"0a".repeat(32)}`,
  `example.com/web:latest@sha256:${"0a".repeat(32)}`,
];
const floating = [
  "postgres",
  "example.com:5000/web",
  "web:latest",
  "web:latest-18",
  "web:main",
  "web:stable",
  "web@sha256:0a",
];

ruleTests(
  imageTags,
  Object.fromEntries(fixed.map((image) => [image, [deploymentOf({ image })]])),
  Object.fromEntries(
    floating.map((image) => [
      image,
      [`container web takes ${image}, which may be another image tomorrow`, deploymentOf({ image })] as const,
    ]),
  ),
);
