import { defaultDeny } from "../../../policies/rules/default-deny.ts";
import { object, surroundings, workload } from "../support/deployment.ts";
import { ruleTests } from "../support/rule.ts";

const namespace = object("Namespace", "apps", { metadata: { name: "apps" } });
const policy = (spec: object) =>
  object("NetworkPolicy", "policy", { spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ...spec } });
const open = "the namespace apps is open: no NetworkPolicy denies by default there";

ruleTests(
  defaultDeny,
  {
    "a closed namespace": [...surroundings, workload()],
    "another policy beside the closing one": [...surroundings, policy({ policyTypes: ["Egress"], egress: [{}] })],
    "a cluster-wide object": [object("ClusterRole", "web", { metadata: { name: "web" } })],
  },
  {
    "a namespace without a policy": [open, namespace],
    "pods in a namespace that the program does not make": [open, workload()],
    "a policy of another namespace": [
      open,
      namespace,
      object("NetworkPolicy", "deny-all", { ...policy({}), metadata: { name: "d", namespace: "b" } }),
    ],
    "a policy for some pods": [open, namespace, policy({ podSelector: { matchLabels: { app: "web" } } })],
    "a policy that selects pods by an expression": [
      open,
      namespace,
      policy({ podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] } }),
    ],
    "a policy for one direction": [open, namespace, policy({ policyTypes: ["Ingress"] })],
    "a policy that allows ingress": [open, namespace, policy({ ingress: [{}] })],
    "a policy that allows egress": [open, namespace, policy({ egress: [{}] })],
  },
);
