import { parseArgs } from "node:util";
import { stackNames } from "../config/project.ts";
import { title } from "../policies/kubernetes.ts";
import { manifests, type Manifest } from "../render/manifests.ts";
import { buildTools } from "../tools/build.ts";
import { canary } from "../tools/canary.ts";
import type { Checker, Finding, StackFinding } from "../tools/finding.ts";
import { kubeconform } from "../tools/kubeconform.ts";
import { kubeScore } from "../tools/kube-score.ts";
import { podSecurity } from "../tools/pod-security.ts";
import { applyWaivers, readWaivers } from "../tools/waivers.ts";
import { main } from "./usage.ts";

const usage = `Usage: npm run check
  Renders ${stackNames().join(" and ")} and checks the objects with kubeconform, kube-score and Pod Security admission.
  Needs Go 1.26 or later, which builds the checkers the first time. Waivers are in policies/waivers.yaml.`;

const checkers: Readonly<Record<string, Checker>> = {
  kubeconform,
  "kube-score": kubeScore,
  "pod-security": podSecurity,
};

const ingress = { host: "chatdb.example.com", class: "traefik", tls: { issuer: "letsencrypt" } };
/** Settings that no stack has as it comes, and that make objects of other kinds. */
const alternatives = [ingress, { ...ingress, kind: "gateway" }].map((ingress) => ({
  "chatdb:gateway.serviceType": "ClusterIP",
  "chatdb:gateway.ingress": ingress,
}));

await main("check", usage, async () => {
  parseArgs();
  const waivers = readWaivers();
  await buildTools();
  const findings: StackFinding[] = [];
  for (const stack of stackNames())
    findings.push(...(await check(await rendered(stack))).map((finding) => ({ stack, ...finding })));
  const { left, unused } = applyWaivers(findings, waivers);
  report(left);

  const critical = left.filter((finding) => finding.critical);
  console.log(
    `${critical.length} critical, ${left.length - critical.length} warnings, ${waivers.length} waivers in policies/waivers.yaml.`,
  );
  const faults = [
    ...unused.map(
      ({ stack, check, object }) =>
        `The waiver of ${check} for ${object}${stack ? ` in ${stack}` : ""} covers nothing any more: take it out.`,
    ),
    ...(critical.length > 0 ? ["Put what is critical right, or waive it with its reason."] : []),
  ];
  if (faults.length > 0) throw new Error(faults.join("\n"));
});

/** All that a stack may hand to an API server, as it comes and with what the alternatives add. */
async function rendered(stack: string): Promise<Manifest[]> {
  const all: Manifest[] = [];
  for (const settings of [{}, ...alternatives]) all.push(...(await objects(stack, settings)));
  // Of objects that all have, the stack's own: the last that a Map is given.
  return [...new Map(all.reverse().map((object) => [title(object), object])).values()];
}

/** The objects as GitOps applies them, and the Secrets themselves, as Pulumi does. */
async function objects(stack: string, settings: Record<string, unknown>): Promise<Manifest[]> {
  // The SDK takes a second to load, which a wrong option need not cost.
  const { recordStack } = await import("../render/stack.ts");
  const resources = await recordStack(stack, { settings });
  const secrets = manifests(resources, { form: "clear" })
    .flat()
    .filter(({ kind }) => kind === "Secret");
  return [...manifests(resources, { form: "external", store: "platform" }).flat(), ...secrets];
}

async function check(objects: Manifest[]): Promise<Finding[]> {
  const results = await Promise.all(
    Object.entries(checkers).map(async ([name, checker]) => {
      const findings = await checker([...objects, canary]);
      const ofCanary = findings.filter(({ object }) => object === title(canary));
      if (!ofCanary.some(({ critical }) => critical))
        throw new Error(`${name} finds nothing wrong with an object that breaks everything: it does not check.`);
      return findings.filter((finding) => !ofCanary.includes(finding));
    }),
  );
  return results.flat();
}

function report(findings: readonly StackFinding[]): void {
  for (const [object, about] of Map.groupBy(findings, ({ stack, object }) => `${stack}: ${object}`)) {
    console.log(object);
    for (const { check, message, critical } of about)
      console.log(`  ${critical ? "critical" : "warning "}  ${check}: ${message}`);
  }
}
