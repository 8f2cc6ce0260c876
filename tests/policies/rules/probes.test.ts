import { probes } from "../../../policies/rules/probes.ts";
import { container, deploymentOf, pod, workload } from "../support/deployment.ts";
import { ruleTests } from "../support/rule.ts";

const none = { startupProbe: undefined, livenessProbe: undefined, readinessProbe: undefined };

ruleTests(
  probes,
  {
    "all three probes": [workload()],
    "a Job without probes": [workload(pod({ containers: [container(none)] }), "Job")],
    "an init container without probes": [workload(pod({ initContainers: [container(none)] }))],
  },
  {
    "no startup probe": ["container web has no startupProbe", deploymentOf({ startupProbe: undefined })],
    "no liveness probe": ["container web has no livenessProbe", deploymentOf({ livenessProbe: undefined })],
    "no readiness probe": ["container web has no readinessProbe", deploymentOf({ readinessProbe: undefined })],
    "a StatefulSet without a readiness probe": [
      "container web has no readinessProbe",
      workload(pod({ containers: [container({ readinessProbe: undefined })] }), "StatefulSet"),
    ],
    "a sidecar without a liveness probe": [
      "container proxy has no livenessProbe",
      workload(
        pod({ initContainers: [container({ name: "proxy", restartPolicy: "Always", livenessProbe: undefined })] }),
      ),
    ],
  },
);
