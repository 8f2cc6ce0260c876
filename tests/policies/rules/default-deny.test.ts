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
    "what is opened beside it": [...surroundings, policy({ policyTypes: ["Egress"], egress: [{}] })],
    "a whole cluster's object": [object("ClusterRole", "web", { metadata: { name: "web" } })],
  },
  {
    "a namespace without a policy": [open, namespace],
    "pods in a namespace of others": [open, workload()],
    "a policy of another namespace": [
      open,
      namespace,
      object("NetworkPolicy", "deny-all", { ...policy({}), metadata: { name: "d", namespace: "b" } }),
    ],
    "a policy for some pods": [open, namespace, policy({ podSelector: { matchLabels: { app: "web" } } })],
    "a policy for pods by expression": [
      open,
      namespace,
      policy({ podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] } }),
    ],
    "a policy of one direction": [open, namespace, policy({ policyTypes: ["Ingress"] })],
    "a policy that lets something in": [open, namespace, policy({ ingress: [{}] })],
    "a policy that lets something out": [open, namespace, policy({ egress: [{}] })],
  },
);
