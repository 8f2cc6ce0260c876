import protobuf from "protobufjs/light.js";
import { commonMessages, graphFields } from "./declarations.ts";

const valueType = {
  TypeProto: {
    oneofs: { value: { oneof: ["tensor_type", "sequence_type", "map_type", "sparse_tensor_type", "optional_type"] } },
    fields: {
      tensor_type: { id: 1, type: "Tensor" },
      sequence_type: { id: 4, type: "bytes" },
      map_type: { id: 5, type: "bytes" },
      sparse_tensor_type: { id: 8, type: "bytes" },
      optional_type: { id: 9, type: "bytes" },
    },
    nested: { Tensor: { fields: { elem_type: { id: 1, type: "int32" }, shape: { id: 2, type: "TensorShapeProto" } } } },
  },
  TensorShapeProto: {
    fields: { dim: { id: 1, rule: "repeated", type: "Dimension" } },
    nested: { Dimension: { fields: { dim_value: { id: 1, type: "int64" } } } },
  },
};

/**
 * Of onnx.proto what tells how a model is called and what it may do. Numbers that it learned are not declared, and so are passed over: to read a file
 * takes little time and memory, whatever it holds.
 */
const { root } = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        ir_version: { id: 1, type: "int64" },
        producer_name: { id: 2, type: "string" },
        graph: { id: 7, type: "GraphProto" },
        metadata_props: { id: 14, rule: "repeated", type: "StringStringEntryProto" },
        functions: { id: 25, rule: "repeated", type: "FunctionProto" },
      },
    },
    ...commonMessages,
    FunctionProto: { fields: { node: { id: 7, rule: "repeated", type: "NodeProto" } } },
    GraphProto: { fields: graphFields },
    // Attributes are read one by one: of most of them the name will do.
    NodeProto: { fields: { attribute: { id: 5, rule: "repeated", type: "bytes" } } },
    AttributeProto: { fields: { name: { id: 1, type: "string" }, t: { id: 5, type: "TensorProto" } } },
    LabelsProto: {
      fields: {
        ints: { id: 8, rule: "repeated", type: "int64" },
        strings: { id: 9, rule: "repeated", type: "string" },
      },
    },
    TensorProto: { fields: { name: { id: 8, type: "string" }, data_location: { id: 14, type: "int32" } } },
    ...valueType,
  },
});

interface TensorMessage {
  name: string;
  data_location: number;
}
interface NodeMessage {
  attribute: Uint8Array[];
}
interface ValueMessage {
  name: string;
  type: { value?: string; tensor_type?: { elem_type: number; shape?: { dim: { dim_value?: number }[] } } } | null;
}
interface ModelMessage {
  ir_version: number;
  producer_name: string;
  metadata_props: { key: string; value: string }[];
  functions: { node: NodeMessage[] }[];
  graph?: { node: NodeMessage[]; initializer: TensorMessage[]; input: ValueMessage[]; output: ValueMessage[] };
}

/** By TensorProto.DataType, from 0 on. */
const elementTypes = [
  "undefined",
  "float",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "int64",
  "string",
  "bool",
  "float16",
  "double",
];

/** What goes into a model or comes out of it. */
export interface OnnxValue {
  name: string;
  /** Of a tensor's elements, as onnx.proto names it; of what is no tensor, what it is: sequence, map and others. */
  type: string;
  /** Of a tensor whose shape is told: its dimensions, undefined where they are open. */
  dims?: (number | undefined)[];
}

/** What an ONNX file tells of itself. */
export interface OnnxFile {
  producer: string;
  metadata: Readonly<Record<string, string>>;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  /** The lists of classes that operators name, each once: numbers as text, too. */
  labels: { type: "int64" | "string"; classes: string[] }[];
  /** Whether tensors lie in other files. */
  external: boolean;
}

/** Reads a .onnx file. Undefined where the bytes are none. */
export function readOnnx(bytes: Uint8Array): OnnxFile | undefined {
  const model = decoded(bytes);
  if (!model?.graph || model.ir_version < 1) return undefined;
  const { graph, functions } = model;
  const found = { labels: new Map<string, OnnxFile["labels"][number]>(), external: graph.initializer.some(isExternal) };
  try {
    for (const node of [...graph.node, ...functions.flatMap(({ node }) => node)]) readNode(node, found);
  } catch {
    return undefined;
  }
  // Before version 4 of the format, what has a value of its own is among the inputs, too.
  const constants = new Set(graph.initializer.map(({ name }) => name));
  return {
    producer: model.producer_name,
    metadata: Object.fromEntries(model.metadata_props.map(({ key, value }) => [key, value])),
    inputs: graph.input.filter(({ name }) => !constants.has(name)).map(valueOf),
    outputs: graph.output.map(valueOf),
    labels: [...found.labels.values()],
    external: found.external,
  };
}

function decoded(bytes: Uint8Array): ModelMessage | undefined {
  try {
    return root.lookupType("ModelProto").decode(bytes) as unknown as ModelMessage;
  } catch {
    // What is wrong is a matter of single bytes, which tells nobody anything.
    return undefined;
  }
}

const isExternal = ({ data_location }: TensorMessage) => data_location === 1;

function readNode(
  { attribute }: NodeMessage,
  found: { labels: Map<string, OnnxFile["labels"][number]>; external: boolean },
): void {
  const Attribute = root.lookupType("AttributeProto");
  for (const bytes of attribute) {
    const { name, t } = Attribute.decode(bytes) as unknown as { name: string; t: TensorMessage | null };
    if (t && isExternal(t)) found.external = true;
    if (!/^class(es|labels)_/.test(name)) continue;
    const { ints, strings } = root.lookupType("LabelsProto").decode(bytes) as unknown as {
      ints: (number | { toString(): string })[];
      strings: string[];
    };
    const labels =
      strings.length > 0
        ? { type: "string" as const, classes: strings }
        : { type: "int64" as const, classes: ints.map(String) };
    if (labels.classes.length > 0) found.labels.set(JSON.stringify(labels), labels);
  }
}

function valueOf({ name, type }: ValueMessage): OnnxValue {
  const tensor = type?.tensor_type;
  if (!tensor) return { name, type: type?.value?.replace(/_type$/, "").replace("_", " ") ?? "undefined" };
  const dims = tensor.shape?.dim.map(({ dim_value }) => (Number(dim_value) > 0 ? Number(dim_value) : undefined));
  return { name, type: elementTypes[tensor.elem_type] ?? `type ${tensor.elem_type}`, ...(dims && { dims }) };
}
