import { expect } from "chai";
import { maxDatasetValues } from "@chatdb/ml-engine/training/memory-budget.ts";

const MiB = 2 ** 20;

describe("the memory budget of datasets", () => {
  it("is the engine's memory less the program's, divided by the concurrent trainings", () => {
    expect(maxDatasetValues(1024 * MiB, 2)).to.equal(15_658_734);
    expect(maxDatasetValues(512 * MiB, 2)).to.equal(6_710_886);
    expect(maxDatasetValues(512 * MiB, 1)).to.equal(13_421_772);
    expect(maxDatasetValues(Infinity, 2)).to.equal(Infinity);
    expect(maxDatasetValues(100 * MiB, 2)).to.equal(0);
  });
});
