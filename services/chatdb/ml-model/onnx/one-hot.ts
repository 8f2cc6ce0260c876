import { integers, type Graph, type Value } from "./graph.ts";

/** Of each category of each row 1 where it is the row's, else 0: [rows, categories]. */
export function oneHot(graph: Graph, input: Value, categories: readonly string[]): Value {
  const encoded = graph.ml("OneHotEncoder", [input], { cats_strings: categories, zeros: 1 });
  return graph.op("Cast", [graph.op("Reshape", [encoded, graph.constant(integers([-1, categories.length]))])], {
    to: 11,
  });
}
