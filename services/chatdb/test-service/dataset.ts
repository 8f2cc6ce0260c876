/** A dataset with an exact linear law, y = 3 a - 2 b + 10, so the right model is known. */
export const target = "y";

export function expectedTarget(a: number, b: number): number {
  return 3 * a - 2 * b + 10;
}

/** Creates CSV with the columns a, b and y and the given number of rows, each point of a grid once. */
export function linearCsv(rows: number): string {
  const side = Math.ceil(Math.sqrt(rows));
  const lines = Array.from({ length: rows }, (_, index) => {
    const [a, b] = [index % side, Math.floor(index / side)];
    return `${a},${b},${expectedTarget(a, b)}`;
  });
  return ["a,b,y", ...lines, ""].join("\n");
}
