import { eachContainer, unless, type ObjectRule } from "../rule.ts";

export const resources: ObjectRule = {
  name: "resources",
  description:
    "Every container has requests and limits: otherwise one can take a node's resources from all others. Set resources.requests and resources.limits.",
  faults: eachContainer(({ resources }) =>
    (["requests", "limits"] as const).flatMap((side) =>
      ["cpu", "memory"].flatMap((resource) =>
        unless(resources?.[side]?.[resource] !== undefined, `has no resources.${side}.${resource}`),
      ),
    ),
  ),
};
