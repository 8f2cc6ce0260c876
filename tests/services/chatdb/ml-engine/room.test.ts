import { expect } from "chai";
import { mostValues } from "@chatdb/ml-engine/training/room.ts";

const MiB = 2 ** 20;

describe("the room for datasets", () => {
  it("is what an engine's memory has beside the program, shared by its trainings", () => {
    expect(mostValues(1024 * MiB, 2)).to.equal(15_658_734);
    expect(mostValues(512 * MiB, 2)).to.equal(6_710_886);
    expect(mostValues(512 * MiB, 1)).to.equal(13_421_772);
    expect(mostValues(Infinity, 2)).to.equal(Infinity);
    expect(mostValues(100 * MiB, 2)).to.equal(0);
  });
});
