import { PolicyPack, type Policies } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { kubernetesObject, type KubernetesObject } from "./kubernetes.ts";
import { objectRules, systemRules } from "./rules/index.ts";

/**
 * What the program gave for each resource. The engine hands a rule about the whole stack the objects as the cluster has
 * them, with defaults filled in (replicas, for one); the rules are about what was asked for.
 */
const asked = new Map<string, KubernetesObject>();

const forObjects: Policies = objectRules.map(({ name, description, faults }) => ({
  name,
  description,
  validateResource({ type, props, urn }, report) {
    const object = kubernetesObject(type, props);
    if (!object) return;
    asked.set(urn, object);
    for (const fault of faults(object)) report(fault);
  },
}));

const forSystems: Policies = systemRules.map(({ name, description, findings }) => ({
  name,
  description,
  validateStack(args, report) {
    if (name === "secret-values" && pulumi.runtime.isDryRun())
      args.notApplicable("What is made up on the way is not known in a preview.");
    const urns = new Map([...asked].map(([urn, object]) => [object, urn]));
    for (const { object, fault } of findings([...asked.values()])) report(fault, urns.get(object));
  },
}));

new PolicyPack("chatdb", { enforcementLevel: "mandatory", policies: [...forObjects, ...forSystems] });
