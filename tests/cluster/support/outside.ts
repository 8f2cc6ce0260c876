import { readFileSync } from "node:fs";
import { join } from "node:path";
import { apply, kubectl } from "./kubectl.ts";

/** Namespace of pods that are no part of ChatDB, without network policies. */
export const outside = "chatdb-outside";

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};

/** An image with Node.js that every node has: the gateway's own. */
export async function nodeImage(): Promise<string> {
  return kubectl(
    "get",
    "deployment/api-gateway",
    "--namespace=chatdb-services",
    "--output=jsonpath={.spec.template.spec.containers[0].image}",
  );
}

/** Node.js in that image. */
export const node = "/nodejs/bin/node";

/** Text of a program of `pods/`: Node.js runs TypeScript as it is. */
export function program(name: string): string {
  return readFileSync(join(import.meta.dirname, "pods", `${name}.ts`), "utf8");
}

export interface OutsiderOptions {
  readonly env?: Record<string, string>;
  readonly nodeName?: string;
  /** It is ready when it listens here. Default: when it runs. */
  readonly port?: number;
}

/** Starts a pod that runs a program of `pods/` and waits until it is ready. */
export async function startOutsider(name: string, { env = {}, nodeName, port }: OutsiderOptions = {}): Promise<void> {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: outside, labels } });
  await apply({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: outside },
    data: { "program.ts": program(name) },
  });
  await apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: outside, labels: { app: name } },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      restartPolicy: "Never",
      nodeName,
      securityContext: { runAsUser: 65532 },
      containers: [
        {
          name,
          image: await nodeImage(),
          command: [node, "/app/program.ts"],
          env: Object.entries(env).map(([name, value]) => ({ name, value })),
          readinessProbe: port === undefined ? undefined : { tcpSocket: { port }, periodSeconds: 1 },
          securityContext: restricted,
          volumeMounts: [{ name: "app", mountPath: "/app" }],
        },
      ],
      volumes: [{ name: "app", configMap: { name } }],
    },
  });
  await kubectl(
    "wait",
    `pod/${name}`,
    `--namespace=${outside}`,
    port === undefined ? "--for=jsonpath={.status.phase}=Succeeded" : "--for=condition=Ready",
    "--timeout=120s",
  );
}

/** Deletes all of those pods. */
export async function stopOutsiders(): Promise<void> {
  await kubectl("delete", "namespace", outside, "--ignore-not-found");
}
