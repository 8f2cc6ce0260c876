/* Declarations of onnx.proto (ONNX IR, version 8) that reading and writing share. */

export const graphFields = {
  node: { id: 1, rule: "repeated", type: "NodeProto" },
  initializer: { id: 5, rule: "repeated", type: "TensorProto" },
  input: { id: 11, rule: "repeated", type: "ValueInfoProto" },
  output: { id: 12, rule: "repeated", type: "ValueInfoProto" },
} as const;

export const commonMessages = {
  StringStringEntryProto: { fields: { key: { id: 1, type: "string" }, value: { id: 2, type: "string" } } },
  ValueInfoProto: { fields: { name: { id: 1, type: "string" }, type: { id: 2, type: "TypeProto" } } },
} as const;
