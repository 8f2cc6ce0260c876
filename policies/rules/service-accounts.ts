import type * as k8s from "@pulumi/kubernetes";
import { ofKind, podOf, title, type KubernetesObject } from "../kubernetes.ts";
import { unless, type SystemRule } from "../rule.ts";

type Binding = Pick<k8s.types.output.rbac.v1.RoleBinding, "subjects">;

export const serviceAccounts: SystemRule = {
  name: "service-accounts",
  description:
    "Every workload has a ServiceAccount of its own, and a token only if a RoleBinding names the account: a token gives access to the API. Set serviceAccountName, and automountServiceAccountToken: false.",
  findings(objects) {
    const workloads = objects.filter((object) => podOf(object));
    return workloads.flatMap((object, index) => {
      const { serviceAccountName, automountServiceAccountToken } = podOf(object)!;
      const { namespace } = object.metadata;
      const account = { kind: "ServiceAccount", metadata: { name: serviceAccountName, namespace } };
      if (!serviceAccountName || serviceAccountName === "default")
        return [{ object, fault: "runs under the default account, which its whole namespace shares" }];
      const others = workloads.slice(0, index).filter((other) => sharesAccount(other, account.metadata));
      return [
        ...unless(
          objects.some((other) => title(other) === title(account)),
          `runs under ${title(account)}, which does not exist`,
        ),
        ...others.map((other) => `shares the account ${serviceAccountName} with ${title(other)}`),
        ...unless(
          automountServiceAccountToken === false || isBound(objects, account.metadata),
          `gets the token of ${serviceAccountName}, which no RoleBinding names`,
        ),
      ].map((fault) => ({ object, fault }));
    });
  },
};

interface Account {
  readonly name: string;
  readonly namespace?: string;
}

function sharesAccount(workload: KubernetesObject, { name, namespace }: Account): boolean {
  return workload.metadata.namespace === namespace && podOf(workload)!.serviceAccountName === name;
}

function isBound(objects: readonly KubernetesObject[], account: Account): boolean {
  return [...ofKind<Binding>(objects, "RoleBinding"), ...ofKind<Binding>(objects, "ClusterRoleBinding")].some(
    ({ metadata, subjects }) =>
      subjects.some(
        ({ kind, name, namespace }) =>
          kind === "ServiceAccount" && name === account.name && (namespace ?? metadata.namespace) === account.namespace,
      ),
  );
}
