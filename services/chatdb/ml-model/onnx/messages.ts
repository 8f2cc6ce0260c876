import protobuf from "protobufjs/light.js";
import { commonMessages, graphFields } from "./declarations.ts";

/** The messages and fields of onnx.proto (ONNX IR, version 8) that the export writes. */
const { root } = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        ir_version: { id: 1, type: "int64" },
        producer_name: { id: 2, type: "string" },
        graph: { id: 7, type: "GraphProto" },
        opset_import: { id: 8, rule: "repeated", type: "OperatorSetIdProto" },
        metadata_props: { id: 14, rule: "repeated", type: "StringStringEntryProto" },
      },
    },
    OperatorSetIdProto: { fields: { domain: { id: 1, type: "string" }, version: { id: 2, type: "int64" } } },
    ...commonMessages,
    GraphProto: { fields: { ...graphFields, name: { id: 2, type: "string" } } },
    NodeProto: {
      fields: {
        input: { id: 1, rule: "repeated", type: "string" },
        output: { id: 2, rule: "repeated", type: "string" },
        op_type: { id: 4, type: "string" },
        attribute: { id: 5, rule: "repeated", type: "AttributeProto" },
        domain: { id: 7, type: "string" },
      },
    },
    AttributeProto: {
      fields: {
        name: { id: 1, type: "string" },
        i: { id: 3, type: "int64" },
        s: { id: 4, type: "bytes" },
        t: { id: 5, type: "TensorProto" },
        ints: { id: 8, rule: "repeated", type: "int64", options: { packed: false } },
        strings: { id: 9, rule: "repeated", type: "bytes" },
        type: { id: 20, type: "int32" },
      },
    },
    TensorProto: {
      fields: {
        dims: { id: 1, rule: "repeated", type: "int64", options: { packed: false } },
        data_type: { id: 2, type: "int32" },
        string_data: { id: 6, rule: "repeated", type: "bytes" },
        int64_data: { id: 7, rule: "repeated", type: "int64", options: { packed: true } },
        name: { id: 8, type: "string" },
        double_data: { id: 10, rule: "repeated", type: "double", options: { packed: true } },
      },
    },
    TypeProto: {
      fields: { tensor_type: { id: 1, type: "Tensor" } },
      nested: {
        Tensor: { fields: { elem_type: { id: 1, type: "int32" }, shape: { id: 2, type: "TensorShapeProto" } } },
      },
    },
    TensorShapeProto: {
      fields: { dim: { id: 1, rule: "repeated", type: "Dimension" } },
      nested: { Dimension: { fields: { dim_value: { id: 1, type: "int64" }, dim_param: { id: 2, type: "string" } } } },
    },
  },
});

/** TensorProto.DataType */
export const dataType = { int64: 7, string: 8, double: 11 } as const;
export type DataType = keyof typeof dataType;

/** AttributeProto.AttributeType */
export const attributeType = { int: 2, string: 3, tensor: 4, ints: 7, strings: 8 } as const;

export interface Tensor {
  name?: string;
  dims: number[];
  data_type: number;
  double_data?: number[];
  int64_data?: number[];
  string_data?: Uint8Array[];
}

export interface Attribute {
  name: string;
  type: number;
  i?: number;
  s?: Uint8Array;
  t?: Tensor;
  ints?: number[];
  strings?: Uint8Array[];
}

export interface Node {
  op_type: string;
  domain: string;
  input: string[];
  output: string[];
  attribute: Attribute[];
}

export interface ValueInfo {
  name: string;
  type: { tensor_type: { elem_type: number; shape: { dim: ({ dim_param: string } | { dim_value: number })[] } } };
}

export interface Model {
  ir_version: number;
  producer_name: string;
  opset_import: { domain: string; version: number }[];
  metadata_props: { key: string; value: string }[];
  graph: { name: string; node: Node[]; initializer: Tensor[]; input: ValueInfo[]; output: ValueInfo[] };
}

/** Encodes a model as the bytes of a .onnx file. */
export function encodeModel(model: Model): Uint8Array {
  return root.lookupType("ModelProto").encode(model).finish();
}
