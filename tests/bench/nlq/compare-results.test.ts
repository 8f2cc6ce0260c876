import { expect } from "chai";
import { sameResult } from "@chatdb/ml-engine/questions/same-result.ts";
import { inBlocks, orderOf } from "../../../bench/nlq/gold-result.ts";

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
    expect(
      sameResult(
        [
          [
            ["a", 1],
            ["b", 2],
          ],
        ],
        [
          [1, "a"],
          [2, "b"],
        ],
      ),
    ).to.equal(true);
    expect(
      sameResult(
        [
          [
            ["a", 1],
            ["b", 2],
          ],
        ],
        [
          [2, "a"],
          [1, "b"],
        ],
      ),
    ).to.equal(false);
    expect(sameResult([[["a"]]], [["a", 1]])).to.equal(false);
    expect(
      sameResult(
        [
          [
            ["a", "a"],
            ["b", "c"],
          ],
        ],
        [
          ["a", "a"],
          ["c", "b"],
        ],
      ),
    ).to.equal(true);
  });

  it("read numbers, booleans and dates alike, however a database writes them", () => {
    expect(
      sameResult([[[1 / 3, 1, "2020-01-01", null]]], [["0.33333333333333333333", true, "2020-01-01T00:00:00", null]]),
    ).to.equal(true);
    expect(sameResult([[["2020-01-01 10:30:00"]]], [["2020-01-01T10:30:00"]])).to.equal(true);
    expect(sameResult([[["213.1375000000000000", "2.9957264957264957"]]], [[213.13750000000002, "2.9957"]])).to.equal(
      true,
    );
    expect(sameResult([[[0]]], [[null]])).to.equal(false);
    expect(sameResult([[[100000]]], [[100001]])).to.equal(false);
  });

  it("may have more columns where that is allowed", () => {
    expect(
      sameResult(
        [[["a"], ["b"]]],
        [
          [1, "b"],
          [2, "a"],
        ],
        { extraColumns: true },
      ),
    ).to.equal(true);
    expect(sameResult([[["a", 1]]], [["a"]], { extraColumns: true })).to.equal(false);
  });
});

describe("the rows of a gold query", () => {
  const rowsOf = (sql: string, rows: unknown[][], keyed: unknown[][]) => inBlocks(rows, orderOf(sql), keyed);

  it("are in one block for each value of the order", () => {
    const { keyed } = orderOf("SELECT a FROM t ORDER BY b DESC, c LIMIT 3")!;
    expect(keyed).to.equal("SELECT a , b, c FROM t ORDER BY b DESC, c ");
    expect(
      rowsOf(
        "SELECT a FROM t ORDER BY b",
        [[1], [2], [3]],
        [
          [1, 7],
          [2, 7],
          [3, 8],
        ],
      ),
    ).to.deep.equal({ blocks: [[[1], [2]], [[3]]], cutsTie: false });
    expect(
      rowsOf(
        "SELECT a, b FROM t ORDER BY 2",
        [
          [1, 7],
          [2, 7],
        ],
        [
          [1, 7],
          [2, 7],
        ],
      ),
    ).to.deep.equal({
      blocks: [
        [
          [1, 7],
          [2, 7],
        ],
      ],
      cutsTie: false,
    });
  });

  it("are known to be cut between equals", () => {
    expect(
      rowsOf(
        "SELECT a FROM t ORDER BY b LIMIT 1",
        [[1]],
        [
          [1, 7],
          [2, 7],
        ],
      ).cutsTie,
    ).to.equal(true);
    expect(
      rowsOf(
        "SELECT a FROM t ORDER BY b LIMIT 1",
        [[1]],
        [
          [1, 7],
          [2, 8],
        ],
      ).cutsTie,
    ).to.equal(false);
    expect(
      rowsOf(
        "SELECT a FROM t ORDER BY b LIMIT 1",
        [[1]],
        [
          [1, 7],
          [1, 7],
        ],
      ).cutsTie,
    ).to.equal(false);
  });
});
