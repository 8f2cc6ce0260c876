import { expect } from "chai";
import { doubles, Graph, strings } from "@chatdb/ml-model/onnx/graph.ts";
import { encodeModel, type Model, type ValueInfo } from "@chatdb/ml-model/onnx/messages.ts";
import { InvalidOnnxFile, signatureOf, type Names } from "@chatdb/onnx-runtime/signature.ts";
import { onnxFile } from "../support/onnx-files.ts";

type Dims = (number | string)[];
const value = (name: string, elem_type: number, dims: Dims): ValueInfo => ({
  name,
  type: {
    tensor_type: {
      elem_type,
      shape: { dim: dims.map((dim) => (typeof dim === "number" ? { dim_value: dim } : { dim_param: dim })) },
    },
  },
});
const [float, int64, text, bool] = [1, 7, 8, 9];

/** A file that has these inputs and outputs, and does nothing. */
function file(input: ValueInfo[], output: ValueInfo[], more: Partial<Model> = {}): Uint8Array {
  return encodeModel({
    ir_version: 8,
    producer_name: "",
    opset_import: [],
    metadata_props: [],
    graph: { name: "g", node: [], initializer: [], input, output },
    ...more,
  });
}
const matrix = value("X", float, ["N", 3]);
const number = value("y", float, ["N", 1]);
const label = value("label", int64, ["N"]);
const shares = value("probabilities", float, ["N", 3]);

function faultsOf(bytes: Uint8Array, names: Names = {}): readonly string[] {
  try {
    signatureOf(bytes, names);
  } catch (error) {
    if (error instanceof InvalidOnnxFile) return error.faults;
    throw error;
  }
  return [];
}

describe("the signature of an ONNX file", () => {
  it("has the columns of a matrix, with given or default names", () => {
    const names = (given?: string[]) =>
      signatureOf(file([matrix], [number]), { features: given }).features.map(({ name }) => name);
    expect(names()).to.deep.equal(["x1", "x2", "x3"]);
    expect(names(["a", "b", "c"])).to.deep.equal(["a", "b", "c"]);
    expect(
      signatureOf(file([value("X", float, ["N", "k"])], [number]), { features: ["a", "b"] }).features,
    ).to.have.length(2);
  });

  it("has inputs that are columns of numbers, whole numbers and texts", () => {
    const { matrix, features } = signatureOf(
      file([value("a", float, ["N"]), value("b", int64, ["N", 1]), value("c", text, ["N", 1])], [number]),
      {},
    );
    expect(matrix).to.equal(false);
    expect(features).to.deep.equal([
      { kind: "number", name: "a", required: true },
      { kind: "number", name: "b", required: true, whole: true },
      { kind: "text", name: "c", required: true },
    ]);
  });

  it("omits inputs with a value in the file", () => {
    const graph = new Graph();
    graph.output("y", "double", graph.op("Add", [graph.input("x", "double"), graph.constant(doubles([1]))]), 1);
    expect(signatureOf(graph.encode("g", {}), {}).inputs.map(({ name }) => name)).to.deep.equal(["x"]);
    const withDefault = file([matrix, value("w", float, ["3", "1"])], [number], {
      graph: {
        name: "g",
        node: [],
        initializer: [{ ...strings([]), name: "w" }],
        input: [matrix, value("w", float, ["3", "1"])],
        output: [number],
      },
    });
    expect(signatureOf(withDefault, {}).inputs.map(({ name }) => name)).to.deep.equal(["X"]);
  });

  it("finds classes in the matching labels of operators", () => {
    expect(signatureOf(onnxFile("iris-logistic"), {})).to.deep.include({
      label: "label",
      probabilities: "probabilities",
      classes: ["setosa", "versicolor", "virginica"],
    });
    expect(signatureOf(onnxFile("iris-lightgbm"), {}).classes).to.deep.equal(["0", "1", "2"]);
    expect(faultsOf(onnxFile("iris-neighbours"))).to.deep.equal([
      "The file does not tell what its classes are: name them with classes=..., in the order of the probabilities.",
    ]);
    expect(signatureOf(file([matrix], [label, shares]), { classes: ["a", "b", "c"] }).classes).to.deep.equal([
      "a",
      "b",
      "c",
    ]);
    expect(signatureOf(file([matrix], [shares]), { classes: ["a", "b", "c"] }))
      .to.include({ probabilities: "probabilities" })
      .and.not.have.property("label");
  });

  it("is rejected with all faults and their remedies", () => {
    expect(faultsOf(Buffer.from("x,y\n1,2\n"))[0]).to.contain("not an ONNX file");
    expect(faultsOf(file([], []))).to.deep.equal([
      "It has no inputs, so it predicts from nothing.",
      "Its outputs are none. What is understood are one number for each row, or a label (int64 or string), probabilities (float or double, [N, classes]), or both.",
    ]);
    expect(
      faultsOf(file([value("a", bool, ["N", 1]), value("b", float, ["N", 2, 2]), value("c", float, [1, 1])], [shares])),
    ).to.have.length(4);
    expect(faultsOf(file([matrix, value("b", float, ["N", 1])], [number]))[0]).to.contain(
      '2 inputs, and "X" with more than one column',
    );
    expect(faultsOf(file([matrix], [number]), { features: ["a"] })).to.deep.equal([
      "It takes 3 columns, and 1 features are named.",
    ]);
    expect(faultsOf(file([value("X", float, ["N", "k"])], [number]))[0]).to.contain("say their names with features=");
    expect(faultsOf(file([matrix], [number, value("z", float, ["N", 1])]))[0]).to.contain(
      '"y" (float [N, 1]), "z" (float [N, 1])',
    );
    expect(faultsOf(file([value("image", float, [1, 3, 224, 224])], [number]))[0]).to.contain("[1, 3, 224, 224]");
    expect(faultsOf(onnxFile("iris-maps"))[0]).to.contain("zipmap=False");
  });

  it("is rejected if its numbers are in other files", () => {
    const graph = {
      name: "g",
      node: [],
      initializer: [{ ...doubles([1]), name: "w" }],
      input: [matrix],
      output: [number],
    };
    const bytes = Buffer.from(file([matrix], [number], { graph }));
    expect(faultsOf(bytes)).to.deep.equal([]);
    // data_location (field 14) in place of double_data (field 10, 8 bytes): EXTERNAL, and a field that nobody knows.
    const at = bytes.indexOf(Buffer.from([0x52, 8]));
    Buffer.from([0x70, 1, 0x9a, 0x7d, 5, 0, 0, 0, 0, 0]).copy(bytes, at);
    expect(faultsOf(bytes)[0]).to.contain("other files");
  });
});
