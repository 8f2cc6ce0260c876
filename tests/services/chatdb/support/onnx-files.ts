import { readFileSync } from "node:fs";
import { doubles, Graph, integers, type Value } from "@chatdb/ml-model/onnx/graph.ts";

const folder = new URL("../onnx-runtime/files/", import.meta.url);

/** Reads a file that make.py generated in tests/services/chatdb/onnx-runtime/files. */
export const onnxFile = (name: string) => readFileSync(new URL(`${name}.onnx`, folder));

interface Expected {
  rows: (number[] | Record<string, number | string>)[];
  predictions: (number | string)[];
  probabilities?: number[][];
}

/** The predictions of scikit-learn and LightGBM, by the name of the file. */
export const expectedOf = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Record<
  string,
  Expected
>;

/** Names the values of a row by feature. */
export const named = (features: readonly string[], row: Expected["rows"][number]) =>
  Array.isArray(row) ? Object.fromEntries(row.map((value, place) => [features[place]!, value])) : row;

/** Creates a foreign model file that computes `build` for each x. */
function fileOf(build: (graph: Graph, x: Value) => Value): Buffer {
  const graph = new Graph();
  graph.output("y", "double", build(graph, graph.input("x", "double")), 1);
  const bytes = Buffer.from(graph.encode("g", {}));
  bytes.write("others", bytes.indexOf("chatdb"));
  return bytes;
}

/** Creates a file for y = factor * x. */
export const times = (factor: number) => fileOf((graph, x) => graph.op("Mul", [x, graph.constant(doubles([factor]))]));

/** Creates a slow file for y = x, which multiplies matrices of 1000 by 1000 first. */
export const slow = (products: number) =>
  fileOf((graph, x) => {
    const nothing = graph.op("Mul", [graph.op("ReduceMax", [x], { keepdims: 1 }), graph.constant(doubles([0]))]);
    let matrix = graph.op("Expand", [nothing, graph.constant(integers([1000, 1000]))]);
    for (let n = 0; n < products; n++) matrix = graph.op("MatMul", [matrix, matrix]);
    return graph.op("Add", [x, graph.op("ReduceMax", [matrix], { keepdims: 1 })]);
  });

/** Creates a file for y = x that needs a tensor of so many numbers. */
export const wide = (numbers: number) =>
  fileOf((graph, x) =>
    graph.op("Add", [
      x,
      graph.op(
        "ReduceMin",
        [graph.op("Expand", [graph.op("ReduceMax", [x], { keepdims: 1 }), graph.constant(integers([1, numbers]))])],
        { keepdims: 1 },
      ),
    ]),
  );
