import { type Run } from "@chatdb/test-service/report.ts";
import { expect } from "chai";
import { portForward, until } from "../support/kubectl.ts";
import { peaksDuring, peaksInWords } from "../support/resource-use.ts";

/**
 * Runs the test service's three scenarios with so many jobs at once, prints what they took, and expects that all pass.
 */
export async function passIntegrationScenarios(jobs: number): Promise<void> {
  const tests = await portForward("chatdb-testing", "service/test-service", 8001);
  try {
    const { result, peaks } = await peaksDuring(async () => {
      const { run_id } = await json<Run>(`${tests.url}/runs`, { method: "POST", body: JSON.stringify({ jobs }) });
      return until("the run ends", 500, async () => {
        const run = await json<Run>(`${tests.url}/runs/${run_id}`);
        return run.status === "running" ? undefined : run;
      });
    });
    expect(result.scenarios).to.have.length(3);
    for (const { name, status, steps } of result.scenarios)
      expect(status, `${name}: ${JSON.stringify(steps)}`).to.equal("passed");
    const { steps, took_ms } = result.scenarios[2]!;
    const [, allocation, queueing, order] = steps.map(({ evidence }) => evidence);
    console.log(
      `      ${jobs} jobs in ${(took_ms / 1000).toFixed(0)} s, ${JSON.stringify(allocation!.at_once)} at once, the longest wait ${(Number(queueing!.longest_ms) / 1000).toFixed(1)} s, the slowest request meanwhile ${JSON.stringify(allocation!.slowest_request_ms)} ms`,
    );
    console.log(`      in the order ${JSON.stringify(order!.completed)}`);
    console.log(`      at the most: ${peaksInWords(peaks)}`);
  } finally {
    tests.close();
  }
}

async function json<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, {
    ...init,
    headers: { "content-type": "application/json", ...init?.headers },
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${init?.method ?? "GET"} ${url}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}
