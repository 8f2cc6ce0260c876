/** One measured figure. */
export interface Figure {
  what: string;
  value: number;
  /** Digits after the point. Default 0. */
  digits?: number;
  unit: string;
  /** What it should come to. */
  goal?: { atMost: number } | { atLeast: number };
}

export function lineOf({ what, value, digits = 0, unit, goal }: Figure): string {
  const figure = `  ${what.padEnd(48)} ${value.toFixed(digits).padStart(10)} ${unit.padEnd(26)}`;
  if (!goal) return figure.trimEnd();
  const [word, bound, met] =
    "atMost" in goal
      ? ["at most", goal.atMost, value <= goal.atMost]
      : ["at least", goal.atLeast, value >= goal.atLeast];
  return `${figure} goal: ${word} ${bound}, ${met ? "met" : "missed"}`;
}

/** The value below which that share of the others is; of an empty list NaN. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
