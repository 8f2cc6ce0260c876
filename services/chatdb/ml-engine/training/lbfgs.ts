/** Computes f(point) and writes its gradient there into `gradient`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface MinimizeOptions {
  maxIterations: number;
  /** It stops once no component of the gradient is larger. Default 1e-7. */
  tolerance?: number;
  /** Called as each iteration begins. */
  onIteration?: (iteration: number, state: OptimizerState) => void;
  /** State of an interrupted run; the minimum is exactly the same. Default: the starting point. */
  resumeFrom?: OptimizerState | undefined;
}

/** The history that determines the rest of a run. */
export interface OptimizerState {
  /** Completed iterations. */
  iterations: number;
  /** The latest points, the current one last. */
  points: readonly Float64Array[];
}

/** Upper limit of past steps that approximate the Hessian; 3 to 20 is usual. */
const historySize = 10;

/** A point with the objective's value and gradient there. */
interface Evaluated {
  point: Float64Array;
  gradient: Float64Array;
  value: number;
}

interface Step {
  s: Float64Array;
  y: Float64Array;
  rho: number;
}

/**
 * Minimises a smooth convex function from a starting point: L-BFGS with a backtracking line search
 * (Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 3.1). Deterministic.
 */
export function minimize(objective: Objective, start: Float64Array, options: MinimizeOptions): Float64Array {
  const { maxIterations, tolerance = 1e-7, onIteration, resumeFrom = { iterations: 0, points: [start] } } = options;
  const points: Float64Array[] = [];
  const steps: (Step | undefined)[] = [];
  let current: Evaluated | undefined;
  const goTo = (next: Evaluated): Evaluated => {
    if (points.push(next.point) > historySize + 1) points.shift();
    if (current && steps.push(stepBetween(current, next)) > historySize) steps.shift();
    return (current = next);
  };
  let { point, gradient, value } = goTo(evaluateAt(objective, resumeFrom.points[0]!));
  for (const passed of resumeFrom.points.slice(1)) ({ point, gradient, value } = goTo(evaluateAt(objective, passed)));
  for (let iteration = resumeFrom.iterations; iteration < maxIterations && largest(gradient) > tolerance; iteration++) {
    onIteration?.(iteration, { iterations: iteration, points });
    const known = steps.filter((step) => step !== undefined);
    const next = searchLine(
      objective,
      { point, gradient, value },
      quasiNewtonDirection(gradient, known),
      known.length === 0,
    );
    // No step decreases the value: this is the minimum to the precision of doubles.
    if (next === undefined) break;
    ({ point, gradient, value } = goTo(next));
  }
  return point;
}

function evaluateAt(objective: Objective, point: Float64Array): Evaluated {
  const gradient = new Float64Array(point.length);
  const value = objective(point, gradient);
  return { point, gradient, value };
}

/** Returns undefined if the gradient changed too little to determine a curvature. */
function stepBetween(from: Evaluated, to: Evaluated): Step | undefined {
  const s = to.point.map((coordinate, i) => coordinate - from.point[i]!);
  const y = to.gradient.map((slope, i) => slope - from.gradient[i]!);
  const curvature = dot(s, y);
  return curvature > 1e-12 * dot(y, y) ? { s, y, rho: 1 / curvature } : undefined;
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
  const scale = last ? last.rho * dot(last.y, last.y) : 1;
  for (let i = 0; i < direction.length; i++) direction[i]! /= scale;
  steps.forEach(({ s, y, rho }, k) => addScaled(direction, alphas[k]! - rho * dot(y, direction), s));
  return direction;
}

/** Halves the step until the value falls enough (Armijo's condition). */
function searchLine(
  objective: Objective,
  { point, gradient, value }: Evaluated,
  direction: Float64Array,
  first: boolean,
): Evaluated | undefined {
  const slope = dot(gradient, direction);
  let length = first ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
  for (let halvings = 0; halvings < 50; halvings++, length /= 2) {
    const next = evaluateAt(
      objective,
      point.map((coordinate, i) => coordinate + length * direction[i]!),
    );
    if (next.value <= value + 1e-4 * length * slope) return next;
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
