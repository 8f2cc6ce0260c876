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
    "an account of its own without a token": [workload(), ...surroundings],
    "a token that a RoleBinding is about": [withToken, account, binding({})],
    "a token that a ClusterRoleBinding is about": [
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
    "an account that is not there": ["runs under ServiceAccount apps/web, which does not exist", workload()],
    "an account of another namespace": [
      "runs under ServiceAccount apps/web, which does not exist",
      workload(),
      object("ServiceAccount", "web", { metadata: { name: "web", namespace: "other" } }),
    ],
    "a token for nothing": ["gets the token of web, which no RoleBinding names", withToken, account],
    "a token that nobody refused": [
      "gets the token of web, which no RoleBinding names",
      workload(pod({ automountServiceAccountToken: undefined })),
      account,
    ],
    "a binding of another namespace's account": [
      "gets the token of web, which no RoleBinding names",
      withToken,
      account,
      binding({ namespace: "other" }),
    ],
    "an account for two": [
      "shares the account web with Deployment apps/web",
      workload(),
      workload(pod({ serviceAccountName: "web" }), "Job", "other"),
      account,
    ],
  },
);
