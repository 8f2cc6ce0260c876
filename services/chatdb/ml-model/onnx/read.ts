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
 * The part of onnx.proto that describes the inputs and outputs of a model. Learned numbers are not declared, so the
 * decoder skips them: reading a file takes little time and memory.
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
    // Attributes are decoded one by one, since most of them are of no interest.
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

/** Names by TensorProto.DataType, from 0 on. */
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

/** An input or output of a model. */
export interface OnnxValue {
  name: string;
  /** Element type of a tensor, as in onnx.proto; otherwise the kind of the value: sequence, map and others. */
  type: string;
  /** Dimensions of a tensor, if the file has them; undefined for an open one. */
  dims?: (number | undefined)[];
}

/** The description of an ONNX file. */
export interface OnnxFile {
  producer: string;
  metadata: Readonly<Record<string, string>>;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  /** The distinct lists of classes of its operators; numbers as text. */
  labels: { type: "int64" | "string"; classes: string[] }[];
  /** Whether tensors are in other files. */
  external: boolean;
}

/** Reads a .onnx file; returns undefined if the bytes are not one. */
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
  // Before version 4 of the format constants are listed among the inputs, too.
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
    // The decoder's error is about single bytes, which helps nobody.
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
