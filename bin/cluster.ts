import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { parse } from "yaml";
import { currentContext, isAllowed, kubeconfigFiles, wrongContext } from "../config/cluster.ts";
import { settingAt, stackConfig } from "../config/project.ts";
import type { StackConfig } from "../config/read-settings.ts";
import { settingKey, sharedNamespace } from "../config/setting-key.ts";
import { isInstalled } from "./command.ts";

/**
 * How Minikube is started for a stack: with a network that enforces policies, and the proxy that its Ingress asks for.
 */
export function minikubeStart(stack: StackConfig): string[] {
  const path = settingKey("chatdb", "gateway.ingress");
  const { kind, class: className } = (settingAt(stack, path) ?? {}) as { kind?: string; class?: string };
  // The addon, of Minikube 1.39 and later, serves Ingresses alone.
  const traefik = className === "traefik" && kind !== "gateway" ? ["--addons=traefik"] : [];
  return ["start", "--cpus=4", "--memory=8192", "--cni=calico", "--addons=metrics-server", ...traefik];
}

/**
 * The context that a stack will be deployed to; starts Minikube where there is none and Minikube is installed.
 * @throws Error where there is no cluster, where it does not answer, or where the stack may not be deployed to it.
 */
export async function targetContext(stack: string): Promise<string> {
  const configuration = stackConfig(stack);
  const chosen = configuration.config[settingKey(sharedNamespace, "kubeContext")];
  const context = chosen || currentContext() || startMinikube(stack, configuration);
  const objection = wrongContext(stack, context, allowed(configuration));
  if (objection !== undefined) throw new Error(objection);
  await reach(context);
  return context;
}

function startMinikube(stack: string, configuration: StackConfig): string {
  if (!isInstalled("minikube")) {
    throw new Error(
      "no cluster: the kubeconfig names no current context, and Minikube is not installed.\nInstall Minikube (https://minikube.sigs.k8s.io), or set KUBECONFIG.",
    );
  }
  if (!isAllowed("minikube", allowed(configuration)))
    throw new Error(`no cluster: the kubeconfig names no current context, and stack ${stack} is not for Minikube.`);
  const start = minikubeStart(configuration);
  console.log(`No cluster yet: minikube ${start.join(" ")}`);
  const { status } = spawnSync("minikube", start, { stdio: "inherit" });
  if (status !== 0) throw new Error(`Minikube did not start (exit code ${status}); its message is above.`);
  return "minikube";
}

function allowed(configuration: StackConfig): string[] {
  return settingAt(configuration, settingKey(sharedNamespace, "allowedContexts")) as string[];
}

interface Kubeconfig {
  readonly contexts?: { name: string; context: { cluster: string } }[];
  readonly clusters?: { name: string; cluster: { server: string } }[];
}

/** Address of a context's API server, from the first kubeconfig file that knows it. */
function server(context: string): string {
  const files = kubeconfigFiles().map((file) => (parse(readFileSync(file, "utf8")) ?? {}) as Kubeconfig);
  const cluster = files.flatMap(({ contexts }) => contexts ?? []).find(({ name }) => name === context)?.context.cluster;
  const found = files.flatMap(({ clusters }) => clusters ?? []).find(({ name }) => name === cluster)?.cluster.server;
  if (found === undefined) throw new Error(`the kubeconfig has no context ${context}.`);
  return found;
}

async function reach(context: string): Promise<void> {
  const url = new URL(server(context));
  const port = Number(url.port || (url.protocol === "http:" ? 80 : 443));
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: url.hostname, port, timeout: 5000 });
    const unreachable = (reason: string) =>
      reject(
        new Error(`the cluster of the context ${context} does not answer at ${url.host} (${reason}). Is it running?`),
      );
    socket
      .on("connect", () => resolve())
      .on("timeout", () => unreachable("no answer in 5 seconds"))
      .on("error", (error: NodeJS.ErrnoException) => unreachable(error.code ?? error.message));
  });
}
