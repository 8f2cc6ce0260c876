import { namespaces } from "../../../policies/rules/namespaces.ts";
import { object } from "../support/deployment.ts";
import { ruleTests } from "../support/rule.ts";

ruleTests(
  namespaces,
  {
    "an object in a namespace": [object("Service", "web")],
    "a Namespace": [object("Namespace", "apps", { metadata: { name: "apps" } })],
    "a PriorityClass": [object("PriorityClass", "high", { metadata: { name: "high" } })],
  },
  {
    "no namespace": ["is in the default namespace", object("Service", "web", { metadata: { name: "web" } })],
    "the default namespace": [
      "is in the default namespace",
      object("Service", "web", { metadata: { name: "web", namespace: "default" } }),
    ],
  },
);
