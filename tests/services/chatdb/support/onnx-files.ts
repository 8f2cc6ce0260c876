import { readFileSync } from "node:fs";
import { doubles, Graph, integers, type Value } from "@chatdb/ml-model/onnx/graph.ts";

const folder = new URL("../onnx-runtime/files/", import.meta.url);

/** A file of tests/services/onnx-runtime/files, which make.py made. */
export const onnxFile = (name: string) => readFileSync(new URL(`${name}.onnx`, folder));

interface Expected {
  rows: (number[] | Record<string, number | string>)[];
  predictions: (number | string)[];
  probabilities?: number[][];
}

/** What scikit-learn and LightGBM predict, by the name of the file. */
export const expectedOf = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Record<
  string,
  Expected
>;

/** A row by the names of the features. */
export const named = (features: readonly string[], row: Expected["rows"][number]) =>
  Array.isArray(row) ? Object.fromEntries(row.map((value, place) => [features[place]!, value])) : row;

/** A file of another program that answers for each x what `build` makes of it. */
function fileOf(build: (graph: Graph, x: Value) => Value): Buffer {
  const graph = new Graph();
  graph.output("y", "double", build(graph, graph.input("x", "double")), 1);
  const bytes = Buffer.from(graph.encode("g", {}));
  bytes.write("others", bytes.indexOf("chatdb"));
  return bytes;
}

/** y = factor * x */
export const times = (factor: number) => fileOf((graph, x) => graph.op("Mul", [x, graph.constant(doubles([factor]))]));

/** y = x, after as many products of matrices of 1000 by 1000. */
export const slow = (products: number) =>
  fileOf((graph, x) => {
    const nothing = graph.op("Mul", [graph.op("ReduceMax", [x], { keepdims: 1 }), graph.constant(doubles([0]))]);
    let matrix = graph.op("Expand", [nothing, graph.constant(integers([1000, 1000]))]);
    for (let n = 0; n < products; n++) matrix = graph.op("MatMul", [matrix, matrix]);
    return graph.op("Add", [x, graph.op("ReduceMax", [matrix], { keepdims: 1 })]);
  });

/** y = x, by way of a tensor of so many numbers. */
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
