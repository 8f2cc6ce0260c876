import { z } from "zod";
import { digestIssues } from "./images.ts";
import type { SettingsDeclaration } from "./read-settings.ts";
import { sharedNamespace } from "./setting-key.ts";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hexadecimal digits");

/**
 * The settings that all systems of a stack share. `Pulumi.yaml` declares them with their types, meanings and defaults.
 */
export const platformSchema = z.strictObject({
  kubeContext: z.string(),
  allowedContexts: z.array(z.string().min(1)),
  systems: z.array(z.string()).min(1, "must name at least one system"),
  imageRegistry: z.string().regex(/[^/]$/, "must be a registry and path without a trailing slash"),
  imageTag: z.string().regex(/^[\w][\w.-]{0,127}$/, "must be an image tag"),
  imageDigests: z.record(z.string(), digest),
  requireDigests: z.boolean(),
  logLevel: z.enum(["trace", "debug", "info", "warn", "error"]),
  storageClass: z.string(),
  spreading: z.enum(["required", "preferred"]),
  protect: z.boolean(),
  awaitLoadBalancer: z.boolean(),
  credentialRotation: z.int().min(0),
});

export type PlatformSettings = z.infer<typeof platformSchema>;

export const platformSettings: SettingsDeclaration<typeof platformSchema> = {
  namespace: sharedNamespace,
  schema: platformSchema,
  check: digestIssues,
};
