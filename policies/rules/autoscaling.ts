import type * as k8s from "@pulumi/kubernetes";
import { ofKind, title } from "../kubernetes.ts";
import type { SystemRule } from "../rule.ts";

type Autoscaler = Pick<k8s.types.output.autoscaling.v2.HorizontalPodAutoscaler, "spec">;

export const autoscaling: SystemRule = {
  name: "autoscaling",
  description:
    "A workload with an autoscaler sets no replicas: otherwise every deployment undoes the scaling. Leave out spec.replicas.",
  findings: (objects) =>
    ofKind<Autoscaler>(objects, "HorizontalPodAutoscaler").flatMap((autoscaler) => {
      const { kind, name } = autoscaler.spec.scaleTargetRef;
      const target = { kind, metadata: { name, namespace: autoscaler.metadata.namespace } };
      const object = objects.find((candidate) => title(candidate) === title(target));
      if (!object) return [{ object: autoscaler, fault: `scales ${title(target)}, which does not exist` }];
      const { replicas } = object.spec as { replicas?: number };
      return replicas === undefined
        ? []
        : [{ object, fault: `has replicas: ${replicas}, and ${title(autoscaler)}, which owns them` }];
    }),
};
