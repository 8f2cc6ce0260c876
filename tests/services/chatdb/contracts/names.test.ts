import { datasetName } from "@chatdb/contracts/datasets.ts";
import { modelName } from "@chatdb/contracts/models.ts";
import { datasetNameOf, modelNameOf } from "@chatdb/contracts/names.ts";
import { expect } from "chai";
import fc from "fast-check";

describe("names derived from those of files", () => {
  it("resemble those of the files", () => {
    expect(datasetNameOf("My Houses (2).CSV")).to.equal("my-houses-2-.csv");
    expect(datasetNameOf("äöü")).to.equal("dataset.csv");
    expect(modelNameOf("houses.csv")).to.equal("houses");
    expect(modelNameOf(".csv")).to.equal("model");
  });

  it("are valid for any name of a file", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 100, maxLength: 300 })), (file) => {
        const dataset = datasetNameOf(file);
        expect(datasetName.safeParse(dataset).success, dataset).to.equal(true);
        expect(modelName.safeParse(modelNameOf(dataset)).success, modelNameOf(dataset)).to.equal(true);
      }),
    );
  });
});
