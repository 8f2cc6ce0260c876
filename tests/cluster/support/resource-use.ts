import { setTimeout as delay } from "node:timers/promises";
import { kubectl, namespaces } from "./kubectl.ts";

interface PodMetrics {
  readonly items: readonly {
    readonly metadata: { readonly labels: Record<string, string> };
    readonly containers: readonly { readonly usage: { readonly cpu: string; readonly memory: string } }[];
  }[];
}

/** Nanocores, as the metrics server gives them, as millicores. */
const millicores = (cpu: string) =>
  cpu.endsWith("n")
    ? Number.parseInt(cpu) / 1e6
    : cpu.endsWith("u")
      ? Number.parseInt(cpu) / 1e3
      : cpu.endsWith("m")
        ? Number.parseInt(cpu)
        : Number(cpu) * 1000;
const mebibytes = (memory: string) =>
  Number.parseInt(memory) / (memory.endsWith("Ki") ? 1024 : memory.endsWith("Mi") ? 1 : 2 ** 20);

/** The peak use of a workload, summed over its pods. */
export type Peaks = Record<string, { millicores: number; mebibytes: number }>;

/**
 * Watches what the workloads use while `work` goes on. The metrics server looks every few seconds, so short peaks are
 * not seen.
 */
export async function peaksDuring<T>(work: () => Promise<T>): Promise<{ result: T; peaks: Peaks }> {
  const over = new AbortController();
  const peaks: Peaks = {};
  const watching = (async () => {
    while (!over.signal.aborted) {
      for (const [name, now] of Object.entries(await present())) {
        const peak = (peaks[name] ??= { millicores: 0, mebibytes: 0 });
        peak.millicores = Math.max(peak.millicores, now.millicores);
        peak.mebibytes = Math.max(peak.mebibytes, now.mebibytes);
      }
      await delay(2000, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  try {
    return { result: await work(), peaks };
  } finally {
    over.abort();
    await watching;
  }
}

async function present(): Promise<Peaks> {
  const sums: Peaks = {};
  for (const namespace of namespaces) {
    const { items } = JSON.parse(
      await kubectl("get", "--raw", `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`),
    ) as PodMetrics;
    for (const { metadata, containers } of items) {
      const sum = (sums[metadata.labels["app.kubernetes.io/name"] ?? "others"] ??= { millicores: 0, mebibytes: 0 });
      for (const { usage } of containers) {
        sum.millicores += millicores(usage.cpu);
        sum.mebibytes += mebibytes(usage.memory);
      }
    }
  }
  return sums;
}

/** The largest peaks in one line. */
export function peaksInWords(peaks: Peaks, most = 6): string {
  const largest = Object.entries(peaks)
    .sort(([, a], [, b]) => b.millicores - a.millicores)
    .slice(0, most);
  return largest
    .map(([name, { millicores, mebibytes }]) => `${name} ${millicores.toFixed(0)}m ${mebibytes.toFixed(0)}Mi`)
    .join(", ");
}
