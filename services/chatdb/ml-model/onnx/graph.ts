import {
  attributeType,
  dataType,
  encodeModel,
  type Attribute,
  type DataType,
  type Model,
  type Node,
  type Tensor,
  type ValueInfo,
} from "./messages.ts";

/** The name of a node's output, which is the input of other nodes. */
export type Value = string;

type AttributeValue = number | string | readonly number[] | readonly string[] | Tensor;

/** Builds a graph node by node. Rows are batched: the first dimension of inputs and outputs is open. */
export class Graph {
  readonly #nodes: Node[] = [];
  readonly #constants: Tensor[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];

  input(name: string, type: DataType): Value {
    this.#inputs.push(valueInfo(name, type, 1));
    return name;
  }

  /** Adds an operator of ONNX. */
  op(type: string, input: Value[], attributes: Record<string, AttributeValue> = {}, domain = ""): Value {
    const output = `${type}_${this.#nodes.length}`;
    this.#nodes.push({
      op_type: type,
      domain,
      input,
      output: [output],
      attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
    });
    return output;
  }

  /** Adds an operator of ONNX-ML. */
  ml(type: string, input: Value[], attributes: Record<string, AttributeValue>): Value {
    return this.op(type, input, attributes, "ai.onnx.ml");
  }

  constant(tensor: Tensor): Value {
    const name = `constant_${this.#constants.length}`;
    this.#constants.push({ ...tensor, name });
    return name;
  }

  /** Declares a value as an output. Without a width it has one dimension. */
  output(name: string, type: DataType, value: Value, width?: number): void {
    this.#nodes.push({ op_type: "Identity", domain: "", input: [value], output: [name], attribute: [] });
    this.#outputs.push(valueInfo(name, type, width));
  }

  encode(name: string, metadata: Record<string, string>): Uint8Array {
    const model: Model = {
      ir_version: 8,
      producer_name: "chatdb",
      opset_import: [
        { domain: "", version: 17 },
        { domain: "ai.onnx.ml", version: 3 },
      ],
      metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: { name, node: this.#nodes, initializer: this.#constants, input: this.#inputs, output: this.#outputs },
    };
    return encodeModel(model);
  }
}

export const doubles = (data: ArrayLike<number>, dims = [data.length]): Tensor => ({
  dims,
  data_type: dataType.double,
  double_data: Array.from(data),
});
export const integers = (data: number[]): Tensor => ({
  dims: [data.length],
  data_type: dataType.int64,
  int64_data: data,
});
export const strings = (data: readonly string[]): Tensor => ({
  dims: [data.length],
  data_type: dataType.string,
  string_data: data.map((text) => Buffer.from(text)),
});

/** Adds the one-hot encoding of a category input: [rows, categories]. */
export function oneHot(graph: Graph, input: Value, categories: readonly string[]): Value {
  const encoded = graph.ml("OneHotEncoder", [input], { cats_strings: categories, zeros: 1 });
  const shape = graph.constant(integers([-1, categories.length]));
  return graph.op("Cast", [graph.op("Reshape", [encoded, shape])], { to: dataType.double });
}

function valueInfo(name: string, type: DataType, width: number | undefined): ValueInfo {
  const dim = [{ dim_param: "rows" }, ...(width === undefined ? [] : [{ dim_value: width }])];
  return { name, type: { tensor_type: { elem_type: dataType[type], shape: { dim } } } };
}

function attributeOf(name: string, value: AttributeValue): Attribute {
  if (typeof value === "number") return { name, type: attributeType.int, i: value };
  if (typeof value === "string") return { name, type: attributeType.string, s: Buffer.from(value) };
  if (!isList(value)) return { name, type: attributeType.tensor, t: value };
  if (value.every((each) => typeof each === "number")) return { name, type: attributeType.ints, ints: [...value] };
  return { name, type: attributeType.strings, strings: value.map((text) => Buffer.from(String(text))) };
}

function isList(value: readonly unknown[] | Tensor): value is readonly (number | string)[] {
  return Array.isArray(value);
}
