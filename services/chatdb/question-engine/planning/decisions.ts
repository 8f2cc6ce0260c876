/** A point at which more than one meaning was possible. */
export interface Decision {
  id: string;
  /** The costs of the meanings, the cheapest first. */
  costs: readonly number[];
  /** The index of the meaning that was taken. */
  taken: number;
}

/** Meanings whose cost exceeds the best by this or more are not tried. */
const tolerance = 0.9;

/** Takes the cheapest meaning at each point, except where the caller chose another one. */
export class Decisions {
  readonly made: Decision[] = [];
  /** The total cost of the meanings taken. */
  cost = 0;
  readonly #met = new Set<string>();
  readonly #others: ReadonlyMap<string, number>;

  constructor(others: ReadonlyMap<string, number> = new Map()) {
    this.#others = others;
  }

  /** @param options sorted by cost @returns the meaning to continue with, or undefined if there is none */
  take<T extends { cost: number }>(id: string, options: readonly T[]): T | undefined {
    const other = this.#others.get(id) ?? 0;
    const place = other < options.length ? other : 0;
    const taken = options[place];
    if (!taken) return undefined;
    if (this.#met.has(id)) return taken;
    this.#met.add(id);
    if (options.length > 1) this.made.push({ id, costs: options.map(({ cost }) => cost), taken: place });
    this.cost += taken.cost;
    return taken;
  }

  /** The points at which another meaning is nearly as cheap, with that meaning's index. */
  alternatives(): { id: string; place: number }[] {
    return this.made.flatMap(({ id, costs }) =>
      costs.slice(1, 3).flatMap((cost, index) => (cost - costs[0]! < tolerance ? [{ id, place: index + 1 }] : [])),
    );
  }
}
