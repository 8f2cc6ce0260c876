/** One measured figure. */
export interface Figure {
  what: string;
  value: number;
  /** The number of decimals. Default 0. */
  digits?: number;
  unit: string;
  /** The bound that the figure should meet. */
  goal?: { atMost: number } | { atLeast: number };
}

export function lineOf({ what, value, digits = 0, unit, goal }: Figure): string {
  const figure = `  ${what.padEnd(48)} ${value.toFixed(digits).padStart(10)} ${unit.padEnd(26)}`;
  if (!goal) return figure.trimEnd();
  const [relation, bound, isMet] =
    "atMost" in goal
      ? ["at most", goal.atMost, value <= goal.atMost]
      : ["at least", goal.atLeast, value >= goal.atLeast];
  return `${figure} goal: ${relation} ${bound}, ${isMet ? "met" : "missed"}`;
}

/** Returns the value at a share of the sorted values; NaN for an empty list. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
