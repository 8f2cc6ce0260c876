import { PolicyPack, type Policies } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { kubernetesObject, type KubernetesObject } from "./kubernetes.ts";
import { objectRules, systemRules } from "./rules/index.ts";

/**
 * Objects by URN, as the program requests them. The engine passes objects to rules about the whole stack with the
 * defaults of the cluster, such as replicas; the rules need them without.
 */
const requested = new Map<string, KubernetesObject>();

const forObjects: Policies = objectRules.map(({ name, description, faults }) => ({
  name,
  description,
  validateResource({ type, props, urn }, report) {
    const object = kubernetesObject(type, props);
    if (!object) return;
    requested.set(urn, object);
    for (const fault of faults(object)) report(fault);
  },
}));

const forSystems: Policies = systemRules.map(({ name, description, findings }) => ({
  name,
  description,
  validateStack(args, report) {
    if (name === "secret-values" && pulumi.runtime.isDryRun())
      args.notApplicable("A preview does not know generated values.");
    const urns = new Map([...requested].map(([urn, object]) => [object, urn]));
    for (const { object, fault } of findings([...requested.values()])) report(fault, urns.get(object));
  },
}));

new PolicyPack("platform", { enforcementLevel: "mandatory", policies: [...forObjects, ...forSystems] });
