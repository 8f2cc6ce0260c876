import { expect } from "chai";
import { sameResult } from "../../../bench/nlq/compare-results.ts";

describe("results", () => {
  it("are the same in any order of rows where none is wanted", () => {
    expect(sameResult([[[1], [2]]], [[2], [1]])).to.equal(true);
    expect(sameResult([[[1], [2]]], [[2], [2]])).to.equal(false);
    expect(sameResult([[[1], [1]]], [[1]])).to.equal(false);
  });

  it("keep the order of blocks, and any order within one", () => {
    expect(sameResult([[["a"]], [["b"], ["c"]]], [["a"], ["c"], ["b"]])).to.equal(true);
    expect(sameResult([[["a"]], [["b"], ["c"]]], [["b"], ["a"], ["c"]])).to.equal(false);
  });

  it("may have their columns in another order, but neither more nor fewer", () => {
    expect(sameResult([[["a", 1], ["b", 2]]], [[1, "a"], [2, "b"]])).to.equal(true);
    expect(sameResult([[["a", 1], ["b", 2]]], [[2, "a"], [1, "b"]])).to.equal(false);
    expect(sameResult([[["a"]]], [["a", 1]])).to.equal(false);
    expect(sameResult([[["a", "a"], ["b", "c"]]], [["a", "a"], ["c", "b"]])).to.equal(true);
  });

  it("read numbers, booleans and dates alike, however a database writes them", () => {
    expect(sameResult([[[1 / 3, 1, "2020-01-01", null]]], [["0.33333333333333333333", true, "2020-01-01T00:00:00", null]])).to.equal(true);
    expect(sameResult([[["2020-01-01 10:30:00"]]], [["2020-01-01T10:30:00"]])).to.equal(true);
    expect(sameResult([[[0]]], [[null]])).to.equal(false);
    expect(sameResult([[[100000]]], [[100001]])).to.equal(false);
  });
});
