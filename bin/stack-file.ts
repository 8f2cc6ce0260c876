import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { settingKey, sharedNamespace } from "../config/setting-key.ts";

/** What was pushed, and where to. */
export interface PushedImages {
  readonly imageRegistry: string;
  readonly imageTag: string;
  /** `sha256:...` by service. */
  readonly imageDigests: Readonly<Record<string, string>>;
}

/** The text of a stack's file with the images that it is to deploy; comments and order stay. */
export function withImages(text: string, images: PushedImages): string {
  const document = parseDocument(text);
  for (const [setting, value] of Object.entries(images))
    document.setIn(["config", settingKey(sharedNamespace, setting)], document.createNode(value));
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Writes into Pulumi.<stack>.yaml which images the stack is to deploy. */
export function writeImages(stack: string, images: PushedImages): void {
  const file = join(import.meta.dirname, `../Pulumi.${stack}.yaml`);
  writeFileSync(file, withImages(readFileSync(file, "utf8"), images));
}
