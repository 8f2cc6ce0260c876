import type { DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { foreignKeysOf } from "./inferred-keys.ts";

/** A step from one table to another along a foreign key. */
export interface Step {
  from: Table;
  to: Table;
  /** Each row of `from` has at most one of `to`: the step follows the foreign key rather than going against it. */
  toOne: boolean;
  /** Columns of `from` and the columns of `to` that equal them. */
  on: { left: string; right: string }[];
}

/** Limits how many paths of the same length are kept. */
const maxPaths = 6;

/** Tables as nodes, foreign keys as edges that can be walked both ways. */
export class KeyGraph {
  readonly #steps = new Map<Table, Step[]>();
  readonly #paths = new Map<Table, Map<Table, Step[][]>>();

  constructor(schema: DatabaseSchema) {
    const byName = new Map(schema.tables.map((table) => [`${table.schema}.${table.name}`, table]));
    for (const table of schema.tables) this.#steps.set(table, []);
    for (const from of schema.tables) {
      for (const key of foreignKeysOf(from, schema)) {
        const to = byName.get(`${key.schema}.${key.table}`);
        if (!to) continue;
        const on = key.columns.map((left, index) => ({ left, right: key.references[index]! }));
        this.#steps.get(from)!.push({ from, to, toOne: true, on });
        this.#steps
          .get(to)!
          .push({ from: to, to: from, toOne: false, on: on.map(({ left, right }) => ({ left: right, right: left })) });
      }
    }
  }

  /** Returns the shortest paths between two tables, a few at most; empty if nothing connects them. */
  shortestPaths(from: Table, to: Table): Step[][] {
    let paths = this.#paths.get(from);
    if (!paths) this.#paths.set(from, (paths = this.#pathsFrom(from)));
    return paths.get(to) ?? [];
  }

  /** Whether a row of one table has at most one row of the other along a shortest path. */
  isToOne(from: Table, to: Table): boolean {
    return this.shortestPaths(from, to)[0]?.every(({ toOne }) => toOne) ?? false;
  }

  /** Returns the number of steps between two tables; infinite if nothing connects them. */
  distance(from: Table, to: Table): number {
    return this.shortestPaths(from, to)[0]?.length ?? Infinity;
  }

  /** Searches breadth first. */
  #pathsFrom(start: Table): Map<Table, Step[][]> {
    const found = new Map<Table, Step[][]>([[start, [[]]]]);
    let frontier = new Map(found);
    while (frontier.size > 0) {
      const next = new Map<Table, Step[][]>();
      for (const [table, paths] of frontier) {
        for (const step of this.#steps.get(table)!.filter(({ to }) => !found.has(to))) {
          const extended = paths.map((path) => [...path, step]);
          next.set(step.to, [...(next.get(step.to) ?? []), ...extended].slice(0, maxPaths));
        }
      }
      for (const [table, paths] of next) found.set(table, paths);
      frontier = next;
    }
    return found;
  }
}
