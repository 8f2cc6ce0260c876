import { resources } from "../../../policies/rules/resources.ts";
import { container, deploymentOf, object, pod, workload } from "../support/deployment.ts";
import { ruleTests } from "../support/rule.ts";

const requests = { cpu: "100m", memory: "64Mi" };
const limits = { cpu: "1", memory: "128Mi" };

ruleTests(
  resources,
  {
    "a container with requests and limits": [workload()],
    "an object without containers": [object("ConfigMap", "web")],
  },
  {
    "no request of cpu": [
      "container web has no resources.requests.cpu",
      deploymentOf({ resources: { requests: { memory: "64Mi" }, limits } }),
    ],
    "no request of memory": [
      "container web has no resources.requests.memory",
      deploymentOf({ resources: { requests: { cpu: "1" }, limits } }),
    ],
    "no limit of cpu": [
      "container web has no resources.limits.cpu",
      deploymentOf({ resources: { requests, limits: { memory: "1Gi" } } }),
    ],
    "no limit of memory": [
      "container web has no resources.limits.memory",
      deploymentOf({ resources: { requests, limits: { cpu: "1" } } }),
    ],
    "an init container without a limit": [
      "container init has no resources.limits.cpu",
      workload(
        pod({ initContainers: [container({ name: "init", resources: { requests, limits: { memory: "1Gi" } } })] }),
      ),
    ],
    "a CronJob without a limit": [
      "container web has no resources.limits.cpu",
      workload(pod({ containers: [container({ resources: { requests, limits: { memory: "1Gi" } } })] }), "CronJob"),
    ],
  },
);
