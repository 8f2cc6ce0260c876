import { kubectl, kubectlJson, namespaces, type Pod } from "./kubectl.ts";

/** Lines of a container's log that are shown of it. */
const lastWords = 15;

/** Restarted pods with the end of their logs, and pods that are not ready, to explain why a test failed. */
export async function troubles(): Promise<string[]> {
  const pods = (
    await Promise.all(
      namespaces.map((namespace) => kubectlJson<{ items: Pod[] }>("get", "pods", "--namespace", namespace)),
    )
  ).flatMap(({ items }) => items);
  const nodes = await kubectl("get", "nodes", "--no-headers");
  const found = await Promise.all(pods.map(troublesOf));
  return [...nodes.split("\n").filter((line) => line.includes("NotReady")), ...found.flat()];
}

async function troublesOf({ metadata: { namespace, name, deletionTimestamp }, spec, status }: Pod): Promise<string[]> {
  const where = `${namespace}/${name} on ${spec.nodeName}`;
  if (deletionTimestamp) return [`${where} is to end, since ${deletionTimestamp}`];
  if (status.phase === "Succeeded") return [];
  const [container] = status.containerStatuses ?? [];
  const waiting = container?.ready
    ? []
    : [`${where} is not ready: ${JSON.stringify(container?.state ?? status.phase)}`];
  const ended = container?.lastState?.terminated;
  if (!ended) return waiting;
  const log = await kubectl("logs", name, "--namespace", namespace, "--previous", `--tail=${lastWords}`).catch(
    (error: Error) => error.message,
  );
  return [
    ...waiting,
    `${where} was started ${container.restartCount} times again; the last one ended at ${ended.finishedAt} with ${ended.exitCode} (${ended.reason}) after these words:`,
    ...log
      .trim()
      .split("\n")
      .map((line) => `  ${line}`),
  ];
}
