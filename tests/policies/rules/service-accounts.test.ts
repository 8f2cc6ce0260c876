import { serviceAccounts } from "../../../policies/rules/service-accounts.ts";
import { object, pod, surroundings, workload } from "../support/deployment.ts";
import { ruleTests } from "../support/rule.ts";

const account = object("ServiceAccount", "web");
const withToken = workload(pod({ automountServiceAccountToken: true }));
const binding = (subject: object, kind = "RoleBinding") =>
  object(kind, "web", { subjects: [{ kind: "ServiceAccount", name: "web", ...subject }] });

ruleTests(
  serviceAccounts,
  {
    "its own account without a token": [workload(), ...surroundings],
    "a token whose account a RoleBinding names": [withToken, account, binding({})],
    "a token whose account a ClusterRoleBinding names": [
      withToken,
      account,
      binding({ namespace: "apps" }, "ClusterRoleBinding"),
    ],
  },
  {
    "no account": [
      "runs under the default account, which its whole namespace shares",
      workload(pod({ serviceAccountName: undefined })),
    ],
    "the default account": [
      "runs under the default account, which its whole namespace shares",
      workload(pod({ serviceAccountName: "default" })),
    ],
    "a missing account": ["runs under ServiceAccount apps/web, which does not exist", workload()],
    "an account of another namespace": [
      "runs under ServiceAccount apps/web, which does not exist",
      workload(),
      object("ServiceAccount", "web", { metadata: { name: "web", namespace: "other" } }),
    ],
    "a token without a binding": ["gets the token of web, which no RoleBinding names", withToken, account],
    "a token that is mounted by default": [
      "gets the token of web, which no RoleBinding names",
      workload(pod({ automountServiceAccountToken: undefined })),
      account,
    ],
    "a binding for an account of another namespace": [
      "gets the token of web, which no RoleBinding names",
      withToken,
      account,
      binding({ namespace: "other" }),
    ],
    "an account that two workloads share": [
      "shares the account web with Deployment apps/web",
      workload(),
      workload(pod({ serviceAccountName: "web" }), "Job", "other"),
      account,
    ],
  },
);
