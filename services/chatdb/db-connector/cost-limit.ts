import { LRUCache } from "lru-cache";
import { tooCostly } from "./refusal.ts";

/** A statement that the planner expects to cost less than that share of the limit will not come near it with other values. */
const farShare = 1 / 1000;

/** How long that is believed, in ms: tables grow. */
const farTtlMs = 60_000;

/** Lets statements pass that the planner does not expect to cost too much, and asks it no more often than it has to. */
export class CostGate {
  readonly #far = new LRUCache<string, true>({
    maxSize: 1_000_000,
    sizeCalculation: (_true, sql) => sql.length + 100,
    ttl: farTtlMs,
  });
  readonly #unit: string;

  /** @param unit what an estimate counts, in the plural */
  constructor(unit: string) {
    this.#unit = unit;
  }

  /** @throws Problem when `estimate` comes to more than `maxCost` */
  async pass(sql: string, maxCost: number, estimate: () => Promise<number>): Promise<void> {
    if (this.#far.has(sql)) return;
    const cost = await estimate();
    if (cost > maxCost) throw tooCostly(cost, maxCost, this.#unit);
    if (cost < maxCost * farShare) this.#far.set(sql, true);
  }
}
