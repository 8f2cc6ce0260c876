import { quantile, type Figure } from "../figures.ts";
import { Load } from "./load.ts";
import { serveModel } from "./model.ts";
import { startService, usageOf } from "./process.ts";

const million = 1_000_000;
/** Predictions for warming up. */
const warmUp = 50_000;
/** Predictions per CPU-second; latencies are measured at half of that rate. */
const goal = 8000;

/** Measures the cost of a prediction over HTTP, with the service in a process of its own and the load in this one. */
export async function predictionFigures(): Promise<Figure[]> {
  const { url: registry, server } = await serveModel();
  const { service, url } = await startService(registry);
  const load = new Load(url, 32);
  await load.closed(warmUp, 32);

  const heaps: number[] = [];
  let usage = await usageOf(service);
  const before = usage;
  for (let tenth = 0; tenth < 10; tenth++) {
    await load.closed(million / 10, 32);
    usage = await usageOf(service);
    heaps.push(usage.heap);
  }
  const cpuMs = usage.cpuMs - before.cpuMs;
  const times = await load.open(goal / 2, 20);

  await load.close();
  service.disconnect();
  server.close();
  const MiB = 2 ** 20;
  return [
    {
      what: "single predictions over HTTP",
      value: million / (cpuMs / 1000),
      unit: "per CPU-second",
      goal: { atLeast: goal },
    },
    { what: `at ${goal / 2} a second, p50`, value: quantile(times, 0.5), digits: 2, unit: "ms" },
    { what: `at ${goal / 2} a second, p99`, value: quantile(times, 0.99), digits: 2, unit: "ms", goal: { atMost: 5 } },
    { what: "heap after the first 100,000 of a million", value: heaps[0]! / MiB, digits: 1, unit: "MiB" },
    { what: "heap after a million", value: heaps.at(-1)! / MiB, digits: 1, unit: "MiB" },
    {
      what: "added to the heap by the last 900,000",
      value: (heaps.at(-1)! - heaps[0]!) / 900,
      unit: "bytes per 1000 predictions",
      goal: { atMost: 1000 },
    },
    { what: "resident after a million", value: usage.rss / MiB, digits: 0, unit: "MiB" },
  ];
}
