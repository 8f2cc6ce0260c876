import type { FeatureConstraint } from "@chatdb/ml-model/feature.ts";
import { readOnnx, type OnnxFile, type OnnxValue } from "@chatdb/ml-model/onnx/read.ts";

/** Names that the importer of a file gives. */
export interface Names {
  features?: readonly string[] | undefined;
  classes?: readonly string[] | undefined;
}

const inputTypes = ["float", "double", "int64", "string"] as const;
export type InputType = (typeof inputTypes)[number];

/** The inputs and outputs of a model. */
export interface Signature {
  /** One matrix of all features, or one input for each feature. */
  inputs: { name: string; type: InputType; rank: number }[];
  matrix: boolean;
  features: FeatureConstraint[];
  /** The output with a number for each row; absent for a classification. */
  value?: string;
  label?: string;
  /** The output with a column for each class. */
  probabilities?: string;
  classes?: string[];
}

/** A file that cannot be imported, with all its faults and their remedies. */
export class InvalidOnnxFile extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join(" "));
    this.faults = faults;
  }
}

/** Reads the signature of a model from its file. Throws InvalidOnnxFile. */
export function signatureOf(bytes: Uint8Array, names: Names): Signature {
  const file = readOnnx(bytes);
  if (!file)
    throw new InvalidOnnxFile([
      "This is not an ONNX file, or a part of it is missing. Send the bytes of a .onnx file as they are.",
    ]);
  const faults: string[] = [];
  if (file.external)
    faults.push(
      "Its numbers lie in other files. Save it as one file: onnx.save(model, path, save_as_external_data=False).",
    );
  const inputs = readInputs(file, names.features, faults);
  const outputs = readOutputs(file, names.classes, faults);
  if (faults.length > 0) throw new InvalidOnnxFile(faults);
  return { ...inputs, ...outputs };
}

function readInputs(
  { inputs, producer }: OnnxFile,
  features: Names["features"],
  faults: string[],
): Pick<Signature, "inputs" | "matrix" | "features"> {
  if (inputs.length === 0) faults.push("It has no inputs, so it predicts from nothing.");
  for (const input of inputs) {
    const { name, type, dims } = input;
    if (!isInputType(type))
      faults.push(`Its input "${name}" takes ${type}; what is understood are tensors of ${inputTypes.join(", ")}.`);
    else if (!dims || dims.length === 0 || dims.length > 2)
      faults.push(`Its input "${name}" ${shapeOf(dims)}; what is understood are [N], [N, 1] and [N, columns].`);
    else if (dims[0] !== undefined)
      faults.push(
        `Its input "${name}" ${shapeOf(dims)}, and so takes ${dims[0]} rows at a time. Export it with an open first dimension.`,
      );
  }
  const wide = inputs.filter(({ dims }) => dims?.length === 2 && dims[1] !== 1);
  if (wide.length > 0 && inputs.length > 1)
    faults.push(
      `It has ${inputs.length} inputs, and ${listed(wide.map(({ name }) => name))} with more than one column. What is understood are one matrix, or an input for each column.`,
    );
  const matrix = wide.length === 1 && inputs.length === 1;
  const width = matrix ? (wide[0]!.dims![1] ?? features?.length) : inputs.length;
  if (width === undefined)
    faults.push("Its input does not tell how many columns it takes: say their names with features=...");
  else if (features && features.length !== width)
    faults.push(`It takes ${width} columns, and ${features.length} features are named.`);
  const named =
    features ??
    (matrix ? Array.from({ length: width ?? 0 }, (_, place) => `x${place + 1}`) : inputs.map(({ name }) => name));
  // Models exported by ChatDB accept missing values.
  const required = producer !== "chatdb";
  return {
    inputs: inputs.map(({ name, type, dims }) => ({ name, type: type as InputType, rank: dims?.length ?? 0 })),
    matrix,
    features: named.map((name, place) => featureOf(name, inputs[matrix ? 0 : place]?.type, required)),
  };
}

function featureOf(name: string, type: string | undefined, required: boolean): FeatureConstraint {
  if (type === "string") return { kind: "text", name, required };
  return { kind: "number", name, required: required || type === "int64", ...(type === "int64" && { whole: true }) };
}

function readOutputs(
  { outputs, labels, metadata }: OnnxFile,
  given: Names["classes"],
  faults: string[],
): Pick<Signature, "value" | "label" | "probabilities" | "classes"> {
  const numbers = outputs.filter(({ type }) => type === "float" || type === "double");
  const named = outputs.filter(({ type }) => type === "int64" || type === "string");
  const [number, label] = [numbers[0], named[0]];
  if (outputs.some(({ type }) => type === "sequence" || type === "map"))
    faults.push(
      'Its probabilities come as a list of maps. Export it with zipmap=False (skl2onnx: options={"zipmap": False}), so that they come as a tensor.',
    );
  else if (
    outputs.length === 0 ||
    numbers.length + named.length < outputs.length ||
    numbers.length > 1 ||
    named.length > 1
  ) {
    faults.push(
      `Its outputs are ${outputs.map(described).join(", ") || "none"}. What is understood are one number for each row, or a label (int64 or string), probabilities (float or double, [N, classes]), or both.`,
    );
  } else if (number && !label && !given) {
    const width = number.dims?.length === 2 ? number.dims[1] : undefined;
    if (width !== undefined && width > 1)
      faults.push(
        `Its output is ${described(number)}: one number for each row is understood. If these are probabilities, name the classes with classes=...`,
      );
    return { value: number.name };
  } else {
    const classes = given?.slice() ?? classesOf(metadata, labels, label, number);
    if (number && !classes)
      faults.push(
        "The file does not tell what its classes are: name them with classes=..., in the order of the probabilities.",
      );
    return {
      ...(label && { label: label.name }),
      ...(number && { probabilities: number.name }),
      ...(classes && { classes }),
    };
  }
  return {};
}

/**
 * Finds the classes in the file: those of its metadata, else the only list with the label's type and the right length.
 */
function classesOf(
  metadata: OnnxFile["metadata"],
  labels: OnnxFile["labels"],
  label: OnnxValue | undefined,
  probabilities: OnnxValue | undefined,
): string[] | undefined {
  const fromMetadata = listIn(metadata["classes"]);
  if (fromMetadata) return fromMetadata;
  const width = probabilities?.dims?.[1];
  const matching = labels.filter(
    ({ type, classes }) => type === label?.type && (width === undefined || classes.length === width),
  );
  return matching.length === 1 ? matching[0]!.classes : undefined;
}

function listIn(json: string | undefined): string[] | undefined {
  try {
    const value: unknown = JSON.parse(json ?? "");
    return Array.isArray(value) ? value.map(String) : undefined;
  } catch {
    // Another exporter may use this name for something else.
    return undefined;
  }
}

const isInputType = (type: string): type is InputType => (inputTypes as readonly string[]).includes(type);
const shapeOf = (dims: OnnxValue["dims"]) => (dims ? `has the shape ${shown(dims)}` : "does not tell its shape");
const shown = (dims: NonNullable<OnnxValue["dims"]>) =>
  `[${dims.map((dim, place) => dim ?? (place === 0 ? "N" : "?")).join(", ")}]`;
const described = ({ name, type, dims }: OnnxValue) => `"${name}" (${type}${dims ? ` ${shown(dims)}` : ""})`;
const listed = (names: readonly string[]) =>
  names
    .slice(0, 5)
    .map((name) => `"${name}"`)
    .join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
