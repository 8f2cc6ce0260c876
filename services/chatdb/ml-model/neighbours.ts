import type { NearestNeighbours } from "./artifact.ts";
import { createEncoder, encodedWidth } from "./encoding.ts";
import { classPrediction, type Inference } from "./prediction.ts";

/** A row's neighbours, the nearest first. */
interface Nearest {
  places: Int32Array;
  /** Squared distances. */
  distances: Float64Array;
}

export function neighboursInference({
  features,
  classes,
  neighbours,
  neighbour_weights,
  points,
  answers,
}: NearestNeighbours): Inference {
  const encode = createEncoder(features);
  const width = encodedWidth(features);
  const all = Float64Array.from(points);
  const count = Math.min(neighbours, answers.length);
  return {
    predict(values) {
      const row = new Float64Array(width);
      encode((index) => values[features[index]!.name], row);
      const nearest = nearestOf(all, row, count);
      const weights = neighbour_weights === "uniform" ? new Float64Array(count).fill(1) : byDistance(nearest.distances);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      if (!classes)
        return {
          prediction: weights.reduce((sum, weight, n) => sum + (weight / total) * answers[nearest.places[n]!]!, 0),
        };
      const shares = new Float64Array(classes.length);
      weights.forEach((weight, n) => (shares[answers[nearest.places[n]!]!]! += weight / total));
      const { prediction, probabilities } = classPrediction(classes, shares);
      return { prediction, probabilities };
    },
  };
}

function nearestOf(points: Float64Array, row: Float64Array, count: number): Nearest {
  const width = row.length;
  const places = new Int32Array(count);
  const distances = new Float64Array(count).fill(Infinity);
  let found = 0;
  for (let start = 0, place = 0; start < points.length; start += width, place++) {
    const farthest = distances[count - 1]!;
    let distance = 0;
    for (let i = 0; i < width; i++) {
      const difference = points[start + i]! - row[i]!;
      distance += difference * difference;
    }
    if (found === count && distance >= farthest) continue;
    let n = found < count ? found++ : count - 1;
    for (; n > 0 && distances[n - 1]! > distance; n--) {
      distances[n] = distances[n - 1]!;
      places[n] = places[n - 1]!;
    }
    distances[n] = distance;
    places[n] = place;
  }
  return { places, distances };
}

function byDistance(squares: Float64Array): Float64Array {
  return squares[0] === 0
    ? squares.map((square) => Number(square === 0))
    : squares.map((square) => 1 / Math.sqrt(square));
}
