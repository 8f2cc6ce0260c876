import type { FeatureValues } from "@chatdb/ml-model/feature.ts";
import { classPrediction, type Prediction } from "@chatdb/ml-model/prediction.ts";
import type { PlainTensor, Tensors } from "./messages.ts";
import type { InputType, Signature } from "./signature.ts";

type Value = number | string | undefined;

/** Builds the inputs for the rows. A missing value is NaN or an empty text. */
export function feedsOf({ inputs, matrix, features }: Signature, rows: readonly FeatureValues[]): Tensors {
  if (!matrix)
    return Object.fromEntries(
      inputs.map(({ name, type, rank }, place) => [
        name,
        tensor(
          type,
          rows.map((row) => row[features[place]!.name]),
          rank === 1 ? [rows.length] : [rows.length, 1],
        ),
      ]),
    );
  const { name, type } = inputs[0]!;
  return {
    [name]: tensor(
      type,
      rows.flatMap((row) => features.map((feature) => row[feature.name])),
      [rows.length, features.length],
    ),
  };
}

function tensor(type: InputType, values: Value[], dims: number[]): PlainTensor {
  if (type === "string") return { type, data: values.map((value) => String(value ?? "")), dims };
  if (type === "int64") return { type, data: BigInt64Array.from(values, (value) => BigInt(Number(value))), dims };
  const numbers = values.map((value) => (value === undefined ? NaN : Number(value)));
  return type === "float"
    ? { type: "float32", data: Float32Array.from(numbers), dims }
    : { type: "float64", data: Float64Array.from(numbers), dims };
}

/** Converts outputs to predictions, one for each row. Throws an Error if an output has the wrong shape. */
export function predictionsOf(signature: Signature, outputs: Tensors, rows: number): Prediction[] {
  const { value, label, probabilities, classes = [] } = signature;
  if (value !== undefined)
    return Array.from(dataOf(outputs, value, rows, 1), (prediction) => ({ prediction: Number(prediction) }));
  const labels = label === undefined ? undefined : dataOf(outputs, label, rows, 1);
  if (probabilities === undefined) return Array.from(labels!, (prediction) => ({ prediction: String(prediction) }));
  const shares = dataOf(outputs, probabilities, rows, classes.length);
  return Array.from({ length: rows }, (_, row) => {
    const of = Float64Array.from({ length: classes.length }, (_, k) => Number(shares[row * classes.length + k]));
    const { prediction, probabilities } = classPrediction(classes, of);
    return { prediction: labels ? String(labels[row]) : prediction, probabilities };
  });
}

function dataOf(outputs: Tensors, name: string, rows: number, width: number): ArrayLike<number | bigint | string> {
  const { data, dims } = outputs[name]!;
  const fits = dims[0] === rows && (dims[1] ?? 1) === width && dims.length <= 2;
  if (!fits)
    throw new Error(
      `its output "${name}" has the shape [${dims.join(", ")}] for ${rows} rows, not [${rows}, ${width}]`,
    );
  return data;
}
