/**
 * Runs in a pod, on its own: asks the gateway at a steady rate, whatever the answers take, over kept-alive connections.
 * Environment: GATEWAY_URL; RATE, requests a second; CONNECTIONS; SCRIPT, the requests to send in turn, as JSON.
 * `POST /lap` on port 8090 answers what became of the requests that ended since the last lap.
 */
import { randomUUID } from "node:crypto";
import { Agent, createServer, request } from "node:http";

interface Step {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

interface Ended {
  readonly name: string;
  /** A status, or the code of the error by which a connection failed. */
  readonly result: number | string;
  readonly ms: number;
}

const { GATEWAY_URL = "", RATE = "20", CONNECTIONS = "8", SCRIPT = "[]" } = process.env;
const steps = JSON.parse(SCRIPT) as Step[];
const gateway = new URL(GATEWAY_URL);
// One connection each, which is kept for as long as the server lets it; a request waits for none: each agent may open
// more.
const agents = Array.from({ length: Number(CONNECTIONS) }, () => new Agent({ keepAlive: true }));

let lap = newLap();

function newLap() {
  return { since: Date.now(), ended: [] as Ended[], failures: [] as object[], jobs: [] as string[] };
}

async function send(step: Step, agent: Agent): Promise<void> {
  const started = performance.now();
  const at = new Date().toISOString();
  const { result, text } = await ask(step, agent);
  const ms = performance.now() - started;
  lap.ended.push({ name: step.name, result, ms });
  const good = typeof result === "number" && result >= 200 && result < 300;
  if (!good) lap.failures.push({ at, name: step.name, result, ms: Math.round(ms), text: text.slice(0, 400) });
  else if (step.path.endsWith("/jobs") && step.method === "POST")
    lap.jobs.push((JSON.parse(text) as { job_id: string }).job_id);
}

function ask({ method, path, body }: Step, agent: Agent): Promise<{ result: number | string; text: string }> {
  return new Promise((resolve) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(payload !== undefined && { "content-type": "application/json" }),
      "x-request-id": randomUUID(),
    };
    const failed = (error: NodeJS.ErrnoException) => resolve({ result: error.code ?? error.name, text: error.message });
    request(new URL(path, gateway), { method, agent, headers, signal: AbortSignal.timeout(20_000) }, (response) => {
      const chunks: Buffer[] = [];
      response
        .on("data", (chunk: Buffer) => chunks.push(chunk))
        .on("error", failed)
        .on("end", () => resolve({ result: response.statusCode!, text: Buffer.concat(chunks).toString() }));
    })
      .on("error", failed)
      .end(payload);
  });
}

let sent = 0;
setInterval(() => {
  void send(steps[sent % steps.length]!, agents[sent % agents.length]!);
  sent++;
}, 1000 / Number(RATE));

createServer((_request, response) => {
  const { since, ended, failures, jobs } = lap;
  lap = newLap();
  const times = ended.map(({ ms }) => ms).sort((a, b) => a - b);
  const percentile = (share: number) => Math.round(times[Math.ceil(times.length * share) - 1] ?? 0);
  const seconds = (Date.now() - since) / 1000;
  const counts: Record<string, number> = {};
  for (const { name, result } of ended) counts[`${name} ${result}`] = (counts[`${name} ${result}`] ?? 0) + 1;
  const report = {
    seconds,
    requests: ended.length,
    counts,
    failures,
    jobs,
    ms: { p50: percentile(0.5), p99: percentile(0.99), max: percentile(1) },
  };
  response.setHeader("content-type", "application/json").end(JSON.stringify(report));
}).listen(8090);
