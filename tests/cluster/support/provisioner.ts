import { apply, kubectl, kubectlJson } from "./kubectl.ts";

interface JobOfProvisioner {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly env: readonly { readonly name: string }[] }[] };
    };
  };
}

const namespace = "chatdb-system";

/**
 * Runs a command of the provisioner with the login, the settings and the network of a Job of the stack, but for `env`;
 * waits until it is done.
 */
export async function provision(like: string, command: string, env: Record<string, string>): Promise<void> {
  const labels = { "app.kubernetes.io/name": like };
  const { items } = await kubectlJson<{ items: JobOfProvisioner[] }>(
    "get",
    "jobs",
    "--namespace",
    namespace,
    "--selector",
    `app.kubernetes.io/name=${like}`,
  );
  const { containers, ...pod } = items[0]!.spec.template.spec;
  const [container] = containers;
  const kept = container!.env.filter(({ name }) => !Object.hasOwn(env, name));
  const changed = Object.entries(env).map(([name, value]) => ({ name, value }));
  const template = {
    metadata: { labels },
    spec: { ...pod, containers: [{ ...container, args: ["main.js", command], env: [...kept, ...changed] }] },
  };
  const name = `try-${command}`;
  await apply({ apiVersion: "batch/v1", kind: "Job", metadata: { name, namespace }, spec: { template } });
  try {
    await kubectl("wait", `job/${name}`, "--namespace", namespace, "--for=condition=complete", "--timeout=60s");
  } finally {
    await kubectl("delete", "job", name, "--namespace", namespace);
  }
}
