import * as k8s from "@pulumi/kubernetes";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import type { PlatformSettings } from "./platform.ts";
import { matchesWildcard } from "./wildcard.ts";

/** The kubeconfig files that kubectl would read, in its order. */
export function kubeconfigFiles(env: NodeJS.ProcessEnv = process.env): string[] {
  const files = env.KUBECONFIG
    ? env.KUBECONFIG.split(delimiter).filter((file) => file !== "")
    : [join(homedir(), ".kube", "config")];
  return files.filter((file) => existsSync(file));
}

/** The current context of the kubeconfig: that of the first file that names one. */
export function currentContext(files = kubeconfigFiles()): string | undefined {
  for (const file of files) {
    const context = (parse(readFileSync(file, "utf8")) as { "current-context"?: string } | null)?.["current-context"];
    if (context) return context;
  }
  return undefined;
}

/** Whether a context's name matches one of the patterns, in which `*` stands for any characters. */
export function isAllowed(context: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesWildcard(context, pattern));
}

/** Why a stack may not be deployed to a context, and what to do; undefined where it may. */
export function wrongContext(stack: string, context: string, allowedContexts: readonly string[]): string | undefined {
  if (isAllowed(context, allowedContexts)) return undefined;
  const allowed = allowedContexts.length > 0 ? `it allows ${allowedContexts.join(", ")}` : "it allows none yet";
  return (
    `stack ${stack} may not be deployed to the context ${context}: ${allowed}.\n` +
    `Choose another context with \`kubectl config use-context\`, or allow this one:\n` +
    `  pulumi config set --stack ${stack} --path 'platform:allowedContexts[${allowedContexts.length}]' ${context}`
  );
}

/**
 * The cluster to deploy to, named by its context so that a kubeconfig edited meanwhile changes nothing.
 * @throws pulumi.RunError where the stack may not be deployed to that context. A preview without any cluster is let through.
 */
export function clusterProvider({
  kubeContext,
  allowedContexts,
}: Pick<PlatformSettings, "kubeContext" | "allowedContexts">): k8s.Provider {
  const stack = pulumi.getStack();
  const context = kubeContext || currentContext();
  if (context === undefined) {
    if (pulumi.runtime.isDryRun()) return new k8s.Provider("cluster", { clusterIdentifier: stack });
    throw new pulumi.RunError(
      "no cluster: the kubeconfig names no current context. Start Minikube (`minikube start`) or set KUBECONFIG.",
    );
  }
  const objection = wrongContext(stack, context, allowedContexts);
  if (objection !== undefined) throw new pulumi.RunError(objection);
  return new k8s.Provider("cluster", { context, clusterIdentifier: stack });
}
