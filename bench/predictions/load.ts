import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";
import { requestBody } from "./model.ts";

/** Bodies of the requests, in turn. */
const bodies = Array.from({ length: 1000 }, (_, n) => requestBody(n));

const head = { path: "/predict", method: "POST", headers: { "content-type": "application/json" } } as const;

/** Sends predictions over kept-alive connections. */
export class Load {
  readonly #pool: Pool;
  #sent = 0;

  constructor(url: string, connections: number) {
    this.#pool = new Pool(url, { connections });
  }

  async #predict(): Promise<void> {
    const { statusCode, body } = await this.#pool.request({ ...head, body: bodies[this.#sent++ % bodies.length]! });
    const answer = await body.text();
    if (statusCode !== 200) throw new Error(`A prediction was answered with ${statusCode}: ${answer}`);
  }

  /** Sends a number of requests with a given concurrency. */
  async closed(count: number, atATime: number): Promise<void> {
    let left = count;
    await Promise.all(
      Array.from({ length: atATime }, async () => {
        while (left-- > 0) await this.#predict();
      }),
    );
  }

  /** Sends requests at a rate, without waiting for answers. Returns the latencies since they were due, milliseconds. */
  async open(perSecond: number, seconds: number): Promise<number[]> {
    const times: number[] = [];
    const under: Promise<unknown>[] = [];
    const start = performance.now();
    for (let n = 0; n < perSecond * seconds; ) {
      const now = performance.now();
      for (; n < perSecond * seconds && start + (n * 1000) / perSecond <= now; n++) {
        const due = start + (n * 1000) / perSecond;
        under.push(this.#predict().then(() => times.push(performance.now() - due)));
      }
      await delay(1);
    }
    await Promise.all(under);
    return times;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
