import { isClusterWide } from "../kubernetes.ts";
import { unless, type ObjectRule } from "../rule.ts";

export const namespaces: ObjectRule = {
  name: "namespaces",
  description:
    "Every object is in a namespace of its system: the default namespace has no policies and no owner. Set metadata.namespace.",
  faults: ({ kind, metadata: { namespace } }) =>
    unless(isClusterWide(kind) || (namespace !== undefined && namespace !== "default"), "is in the default namespace"),
};
