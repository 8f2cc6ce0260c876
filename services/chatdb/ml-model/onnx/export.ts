import type { BoostedTrees, LinearRegression, LogisticRegression, ModelArtifact } from "../artifact.ts";
import type { TableFeature } from "../feature.ts";
import { doubles, Graph, oneHot, strings, type Value } from "./graph.ts";
import { addTrees } from "./trees.ts";

/** Reasons why families cannot be exported. */
const reasons = {
  "k-nearest-neighbours": "it keeps the rows that it learned from, and ONNX has no operator that looks for the nearest",
  "text-classification": "ONNX has no operator that splits texts into words as it does",
} as const;

/** ONNX has no operators for a family. The message gives the reason. */
export class NotExportableToOnnx extends Error {}

/**
 * Exports a model as an ONNX file (operator sets 17, and ai.onnx.ml 3). Each feature is an input of its name with the
 * shape [rows, 1]: numbers as double, NaN if missing; categories as string, "" if missing. Outputs are `prediction`
 * and, for classes, `probabilities` in the order of the metadata's `classes`, a JSON list. Predictions equal those of
 * this package, except for rounding. Throws NotExportableToOnnx.
 */
export function toOnnx(artifact: ModelArtifact): Uint8Array {
  const { family } = artifact;
  if (family === "k-nearest-neighbours" || family === "text-classification")
    throw new NotExportableToOnnx(`A model of the family ${family} cannot be exported to ONNX: ${reasons[family]}.`);
  const graph = new Graph();
  const scores = family === "boosted-trees" ? scoresOfTrees(graph, artifact) : linearScores(graph, artifact);
  const classes = "classes" in artifact ? artifact.classes : undefined;
  if (!classes) graph.output("prediction", "double", scores, 1);
  else {
    const probabilities = graph.op("Softmax", [scores], { axis: 1 });
    const place = graph.op("ArgMax", [probabilities], { axis: 1, keepdims: 0 });
    graph.output("prediction", "string", graph.op("Gather", [graph.constant(strings(classes)), place]));
    graph.output("probabilities", "double", probabilities, classes.length);
  }
  return graph.encode(artifact.target, { family, ...(classes && { classes: JSON.stringify(classes) }) });
}

/** Adds the encoded row times the weights, as in encoding.ts and linear.ts: [rows, scores]. */
function linearScores(graph: Graph, artifact: LinearRegression | LogisticRegression): Value {
  const weights = artifact.family === "linear-regression" ? [artifact.weights] : artifact.weights;
  const intercepts = artifact.family === "linear-regression" ? [artifact.intercept] : artifact.intercepts;
  const row = graph.op(
    "Concat",
    artifact.features.map((feature) => encodedFeature(graph, feature)),
    { axis: 1 },
  );
  const width = weights[0]!.length;
  // One column for each score.
  const matrix = Float64Array.from(
    { length: width * weights.length },
    (_, at) => weights[at % weights.length]![Math.floor(at / weights.length)]!,
  );
  return graph.op("Add", [
    graph.op("MatMul", [row, graph.constant(doubles(matrix, [width, weights.length]))]),
    graph.constant(doubles(intercepts)),
  ]);
}

function encodedFeature(graph: Graph, feature: TableFeature): Value {
  if (feature.kind === "category") return oneHot(graph, graph.input(feature.name, "string"), feature.categories);
  const centred = graph.op("Sub", [graph.input(feature.name, "double"), graph.constant(doubles([feature.mean]))]);
  const scaled = graph.op("Div", [centred, graph.constant(doubles([feature.scale]))]);
  return graph.op("Where", [graph.op("IsNaN", [scaled]), graph.constant(doubles([0])), scaled]);
}

/**
 * Adds the scores of trees. A single score for two classes is the log-odds of the second one, so the first one gets 0.
 */
function scoresOfTrees(graph: Graph, artifact: BoostedTrees): Value {
  const scores = addTrees(graph, artifact);
  const single = artifact.classes?.length === 2;
  return single ? graph.op("MatMul", [scores, graph.constant(doubles([0, 1], [1, 2]))]) : scores;
}
