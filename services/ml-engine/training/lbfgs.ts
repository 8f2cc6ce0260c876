/** Computes f(point), and writes its gradient there. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface MinimizeOptions {
  maxIterations: number;
  /** Done when no member of the gradient is larger. Default 1e-7. */
  tolerance?: number;
  /** Told of each iteration as it begins. */
  onIteration?: (iteration: number) => void;
}

/** How many past steps stand in for the Hessian; 3 to 20 is usual. */
const memory = 10;

interface Step {
  s: Float64Array;
  y: Float64Array;
  rho: number;
}

/**
 * Minimises a smooth convex function from a starting point: L-BFGS with a backtracking line search
 * (Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 3.1). Deterministic.
 */
export function minimize(objective: Objective, start: Float64Array, { maxIterations, tolerance = 1e-7, onIteration }: MinimizeOptions): Float64Array {
  let point = start;
  let gradient = new Float64Array(start.length);
  let value = objective(point, gradient);
  const steps: Step[] = [];
  for (let iteration = 0; iteration < maxIterations && largest(gradient) > tolerance; iteration++) {
    onIteration?.(iteration);
    const direction = quasiNewtonDirection(gradient, steps);
    const next = searchLine(objective, point, value, gradient, direction, steps.length === 0);
    // No step makes it smaller: this is the minimum as far as doubles can tell.
    if (next === undefined) break;
    const s = next.point.map((coordinate, i) => coordinate - point[i]!);
    const y = next.gradient.map((slope, i) => slope - gradient[i]!);
    const curvature = dot(s, y);
    if (curvature > 1e-12 * dot(y, y)) steps.push({ s, y, rho: 1 / curvature });
    if (steps.length > memory) steps.shift();
    ({ point, gradient, value } = next);
  }
  return point;
}

/** The two-loop recursion. */
function quasiNewtonDirection(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((slope) => -slope);
  const alphas = new Float64Array(steps.length);
  for (let k = steps.length - 1; k >= 0; k--) {
    const { s, y, rho } = steps[k]!;
    alphas[k] = rho * dot(s, direction);
    addScaled(direction, -alphas[k]!, y);
  }
  const last = steps.at(-1);
  if (last) direction.forEach((value, i) => (direction[i] = value / (last.rho * dot(last.y, last.y))));
  steps.forEach(({ s, y, rho }, k) => addScaled(direction, alphas[k]! - rho * dot(y, direction), s));
  return direction;
}

/** Halves the step until the value falls enough (Armijo's condition). */
function searchLine(objective: Objective, point: Float64Array, value: number, gradient: Float64Array, direction: Float64Array, first: boolean) {
  const slope = dot(gradient, direction);
  let length = first ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
  for (let halvings = 0; halvings < 50; halvings++, length /= 2) {
    const nextPoint = point.map((coordinate, i) => coordinate + length * direction[i]!);
    const nextGradient = new Float64Array(point.length);
    const nextValue = objective(nextPoint, nextGradient);
    if (nextValue <= value + 1e-4 * length * slope) return { point: nextPoint, gradient: nextGradient, value: nextValue };
  }
  return undefined;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(to: Float64Array, factor: number, values: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * values[i]!;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
