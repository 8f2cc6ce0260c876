import type { Manifest } from "../render/manifests.ts";

/**
 * An object in which every checker must find something critical. A checker without a finding here does not work,
 * whatever its exit code.
 */
export const canary: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "canary", namespace: "canary" },
  spec: {
    selector: { matchLabels: { app: "canary" } },
    template: {
      metadata: { labels: { app: "canary" } },
      spec: {
        containers: [{ name: "canary", image: "canary:latest", port: 80, securityContext: { privileged: true } }],
      },
    },
  },
};
