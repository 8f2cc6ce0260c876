import type * as k8s from "@pulumi/kubernetes";
import { ofKind, podOf } from "../kubernetes.ts";
import type { SystemRule } from "../rule.ts";

type Policy = Pick<k8s.types.output.networking.v1.NetworkPolicy, "spec">;

export const defaultDeny: SystemRule = {
  name: "default-deny",
  description:
    "Every namespace denies connections in both directions unless a NetworkPolicy allows them. Make the namespace with components/workload/namespace.ts, or add a policy with podSelector {} and both policyTypes, without rules.",
  findings(objects) {
    const closed = ofKind<Policy>(objects, "NetworkPolicy")
      .filter(({ spec }) => deniesAll(spec))
      .map(({ metadata }) => metadata.namespace);
    return objects.flatMap((object) => {
      const namespace = object.kind === "Namespace" ? object.metadata.name : podOf(object) && object.metadata.namespace;
      if (namespace === undefined || closed.includes(namespace)) return [];
      return [{ object, fault: `the namespace ${namespace} is open: no NetworkPolicy denies by default there` }];
    });
  },
};

function deniesAll({ podSelector, policyTypes, ingress, egress }: Policy["spec"]): boolean {
  const selectsAll = !podSelector?.matchLabels && !podSelector?.matchExpressions;
  return (
    selectsAll &&
    ["Ingress", "Egress"].every((type) => policyTypes?.includes(type)) &&
    !ingress?.length &&
    !egress?.length
  );
}
