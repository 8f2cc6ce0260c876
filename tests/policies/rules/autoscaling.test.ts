import { autoscaling } from "../../../policies/rules/autoscaling.ts";
import { object } from "../support/deployment.ts";
import { ruleTests } from "../support/rule.ts";

const autoscaler = object("HorizontalPodAutoscaler", "web-hpa", {
  spec: { scaleTargetRef: { kind: "Deployment", name: "web" } },
});
const scaled = (spec: object, kind = "Deployment") => object(kind, "web", { spec });

ruleTests(
  autoscaling,
  {
    "a Deployment without replicas": [scaled({}), autoscaler],
    "replicas without an autoscaler": [scaled({ replicas: 3 })],
    "replicas of another kind with the same name": [scaled({}), scaled({ replicas: 1 }, "StatefulSet"), autoscaler],
  },
  {
    "replicas beside an autoscaler": [
      "has replicas: 2, and HorizontalPodAutoscaler apps/web-hpa, which owns them",
      scaled({ replicas: 2 }),
      autoscaler,
    ],
    "zero replicas beside an autoscaler": [
      "has replicas: 0, and HorizontalPodAutoscaler apps/web-hpa, which owns them",
      scaled({ replicas: 0 }),
      autoscaler,
    ],
    "an autoscaler without a target": ["scales Deployment apps/web, which does not exist", autoscaler],
  },
);
