import type { Figure } from "../figures.ts";
import { Load } from "./load.ts";
import { requestBody, serveModel } from "./model.ts";
import { startService, usageOf } from "./process.ts";

const MiB = 2 ** 20;
/** Single predictions that are measured, after a tenth as many for warming up. */
const singles = 100_000;
const rows = Array.from({ length: 10_000 }, (_, n) => (JSON.parse(requestBody(n)) as { features: unknown }).features);
const batch = JSON.stringify({ model_name: "houses", rows });

/** Compares the cost of a model over HTTP with that of its imported ONNX file. */
export async function importedFigures(): Promise<Figure[]> {
  return [...(await figuresOf("as it is")), ...(await figuresOf("imported"))];
}

async function figuresOf(how: "as it is" | "imported"): Promise<Figure[]> {
  const { url, server } = await serveModel({ asOnnx: how === "imported" });
  const process = await startService(url);
  const load = new Load(process.url, 32);
  const empty = await usageOf(process.service);
  const began = performance.now();
  await load.closed(1, 1);
  const firstMs = performance.now() - began;
  await load.closed(singles / 10, 32);
  const before = await usageOf(process.service);
  await load.closed(singles, 32);
  const after = await usageOf(process.service);
  const alone = performance.now();
  await load.closed(1000, 1);
  const aloneMs = (performance.now() - alone) / 1000;
  const batches: number[] = [];
  for (let n = 0; n < 10; n++) {
    const start = performance.now();
    const answer = await fetch(`${process.url}/predict/batch`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: batch,
    });
    if (((await answer.json()) as { predictions?: unknown[] }).predictions?.length !== rows.length)
      throw new Error(`A batch was answered with ${answer.status}.`);
    batches.push(performance.now() - start);
  }
  const end = await usageOf(process.service);
  await load.close();
  process.service.disconnect();
  server.close();
  return [
    { what: `${how}: first answer, loading included`, value: firstMs, unit: "ms" },
    {
      what: `${how}: single predictions, 32 connections`,
      value: singles / ((after.cpuMs - before.cpuMs) / 1000),
      unit: "per CPU-second",
    },
    { what: `${how}: one after another, each`, value: aloneMs, digits: 2, unit: "ms" },
    { what: `${how}: a batch of 10,000 rows, median`, value: batches.toSorted((a, b) => a - b)[5]!, unit: "ms" },
    { what: `${how}: resident before the model`, value: empty.rss / MiB, unit: "MiB" },
    { what: `${how}: resident after 10,000`, value: before.rss / MiB, unit: "MiB" },
    { what: `${how}: resident after 110,000`, value: after.rss / MiB, unit: "MiB" },
    { what: `${how}: resident after the batches`, value: end.rss / MiB, unit: "MiB" },
  ];
}
