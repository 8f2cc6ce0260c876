/** Computes f(point), and writes its gradient there. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface MinimizeOptions {
  maxIterations: number;
  /** Done when no member of the gradient is larger. Default 1e-7. */
  tolerance?: number;
  /** Told of each iteration as it begins. */
  onIteration?: (iteration: number, way: Way) => void;
  /** From where an earlier run goes on, to the very same minimum. Default: from the start. */
  earlier?: Way | undefined;
}

/** How far it has come. */
export interface Way {
  /** Iterations that are done. */
  iterations: number;
  /** The latest points, the last of them where it is: all that the rest of the way depends on. */
  points: readonly Float64Array[];
}

/** How many past steps stand in for the Hessian, at most; 3 to 20 is usual. */
const memory = 10;

/** Where it has been, with what the objective is there. */
interface Place {
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
  const { maxIterations, tolerance = 1e-7, onIteration, earlier = { iterations: 0, points: [start] } } = options;
  const points: Float64Array[] = [];
  const steps: (Step | undefined)[] = [];
  let place: Place | undefined;
  const goTo = (next: Place): Place => {
    if (points.push(next.point) > memory + 1) points.shift();
    if (place && steps.push(stepBetween(place, next)) > memory) steps.shift();
    return (place = next);
  };
  let { point, gradient, value } = goTo(placeAt(objective, earlier.points[0]!));
  for (const passed of earlier.points.slice(1)) ({ point, gradient, value } = goTo(placeAt(objective, passed)));
  for (let iteration = earlier.iterations; iteration < maxIterations && largest(gradient) > tolerance; iteration++) {
    onIteration?.(iteration, { iterations: iteration, points });
    const known = steps.filter((step) => step !== undefined);
    const next = searchLine(
      objective,
      { point, gradient, value },
      quasiNewtonDirection(gradient, known),
      known.length === 0,
    );
    // No step makes it smaller: this is the minimum as far as doubles can tell.
    if (next === undefined) break;
    ({ point, gradient, value } = goTo(next));
  }
  return point;
}

function placeAt(objective: Objective, point: Float64Array): Place {
  const gradient = new Float64Array(point.length);
  const value = objective(point, gradient);
  return { point, gradient, value };
}

/** Undefined where the slope changed too little to tell a curvature. */
function stepBetween(from: Place, to: Place): Step | undefined {
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
  { point, gradient, value }: Place,
  direction: Float64Array,
  first: boolean,
): Place | undefined {
  const slope = dot(gradient, direction);
  let length = first ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
  for (let halvings = 0; halvings < 50; halvings++, length /= 2) {
    const next = placeAt(
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
