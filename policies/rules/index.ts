import type { ObjectRule, SystemRule } from "../rule.ts";
import { autoscaling } from "./autoscaling.ts";
import { defaultDeny } from "./default-deny.ts";
import { imageTags } from "./image-tags.ts";
import { namespaces } from "./namespaces.ts";
import { podSecurity } from "./pod-security.ts";
import { probes } from "./probes.ts";
import { resources } from "./resources.ts";
import { secretValues, secretVariables } from "./secrets-in-clear.ts";
import { serviceAccounts } from "./service-accounts.ts";

/** Rules about single objects. */
export const objectRules: readonly ObjectRule[] = [
  resources,
  probes,
  imageTags,
  podSecurity,
  secretVariables,
  namespaces,
];

/** Rules about related objects. */
export const systemRules: readonly SystemRule[] = [serviceAccounts, autoscaling, defaultDeny, secretValues];
