import { expect } from "chai";
import { sameResult } from "@chatdb/ml-engine/questions/same-result.ts";
import { inBlocks, orderOf } from "../../../bench/nlq/gold-result.ts";

describe("comparison of results", () => {
  it("ignores the order of rows if the gold query has none", () => {
    expect(sameResult([[[1], [2]]], [[2], [1]])).to.equal(true);
    expect(sameResult([[[1], [2]]], [[2], [2]])).to.equal(false);
    expect(sameResult([[[1], [1]]], [[1]])).to.equal(false);
  });

  it("requires the order of blocks and allows any order within one", () => {
    expect(sameResult([[["a"]], [["b"], ["c"]]], [["a"], ["c"], ["b"]])).to.equal(true);
    expect(sameResult([[["a"]], [["b"], ["c"]]], [["b"], ["a"], ["c"]])).to.equal(false);
  });

  it("ignores the order of columns and requires their number", () => {
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

  it("compares numbers, booleans and dates independently of the database's format", () => {
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

  it("allows extra columns on demand", () => {
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

describe("rows of a gold query", () => {
  const rowsOf = (sql: string, rows: unknown[][], keyed: unknown[][]) => inBlocks(rows, orderOf(sql), keyed);

  it("form one block for each value of the order", () => {
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

  it("report a limit that cuts between equal rows", () => {
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
