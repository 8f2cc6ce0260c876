import { LRUCache } from "lru-cache";
import { costRefusal } from "./refusal.ts";

/** A statement below this share of the limit stays below the limit with other values, too. */
const cheapShare = 1 / 1000;

/** How long a statement counts as cheap, in ms. It expires, since tables grow. */
const cheapTtlMs = 60_000;

/** Refuses statements whose estimated cost is too high, and caches which ones are cheap. */
export class CostLimit {
  readonly #cheap = new LRUCache<string, true>({
    maxSize: 1_000_000,
    sizeCalculation: (_true, sql) => sql.length + 100,
    ttl: cheapTtlMs,
  });
  readonly #unit: string;

  /** @param unit the unit of an estimate, in the plural */
  constructor(unit: string) {
    this.#unit = unit;
  }

  /** @throws Problem 403 when `estimate` returns more than `maxCost` */
  async enforce(sql: string, maxCost: number, estimate: () => Promise<number>): Promise<void> {
    if (this.#cheap.has(sql)) return;
    const cost = await estimate();
    if (cost > maxCost) throw costRefusal(cost, maxCost, this.#unit);
    if (cost < maxCost * cheapShare) this.#cheap.set(sql, true);
  }
}
