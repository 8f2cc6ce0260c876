/** A point at which more than one meaning was possible. */
export interface Decision {
  id: string;
  /** What each meaning costs, the cheapest first. */
  costs: readonly number[];
  /** The place of the one that was taken. */
  taken: number;
}

/** Meanings that cost so much more than the best are not tried. */
const tolerance = 0.9;

/** Takes the cheapest meaning at each point, but for the points at which another one is to be tried. */
export class Decisions {
  readonly made: Decision[] = [];
  /** What all meanings that were taken cost together. */
  cost = 0;
  readonly #met = new Set<string>();
  readonly #others: ReadonlyMap<string, number>;

  constructor(others: ReadonlyMap<string, number> = new Map()) {
    this.#others = others;
  }

  /** @returns the meaning to go on with, or undefined where there is none. `options` are sorted by their cost. */
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

  /** The points at which another meaning is nearly as good, with that meaning's place. */
  alternatives(): { id: string; place: number }[] {
    return this.made.flatMap(({ id, costs }) =>
      costs.slice(1, 3).flatMap((cost, index) => (cost - costs[0]! < tolerance ? [{ id, place: index + 1 }] : [])),
    );
  }
}
