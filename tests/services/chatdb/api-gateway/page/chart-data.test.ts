import { chartOf, ticks } from "@chatdb/api-gateway/page/charts/chart-data.ts";
import type { Rows } from "@chatdb/contracts/values.ts";
import { expect } from "chai";

const columns = (...types: [name: string, type: string][]) => types.map(([name, type]) => ({ name, type }));
const perStatus = columns(["status", "text"], ["number_of_orders", "bigint"]);

describe("the page's choice of a chart", () => {
  it("draws bars for labels with numbers, the longest first unless the question ordered the rows", () => {
    const rows: Rows = [
      ["paid", 3],
      [null, "7.50"],
      ["sent", 5],
    ];
    expect(chartOf(perStatus, rows, false)).to.deep.equal({
      kind: "bars",
      label: "status",
      value: "number of orders",
      total: 3,
      points: [
        { label: "none", value: 7.5 },
        { label: "sent", value: 5 },
        { label: "paid", value: 3 },
      ],
    });
    expect(chartOf(perStatus, rows, true)?.points.map(({ value }) => value)).to.deep.equal([3, 7.5, 5]);
  });

  for (const [what, labels] of Object.entries({
    days: ["2024-05-02", "2024-05-01", "2024-05-03"],
    months: ["2024-02", "2024-01", "2024-03"],
    quarters: ["2024-Q2", "2024-Q1", "2024-Q3"],
  })) {
    it(`draws a line for ${what} with numbers, in order of time`, () => {
      const chart = chartOf(
        columns(["when", "text"], ["sum", "numeric"]),
        labels.map((label, at) => [label, at]),
        false,
      );
      expect(chart?.kind).to.equal("line");
      expect(chart?.points.map(({ label }) => label)).to.deep.equal(labels.toSorted());
    });
  }

  it("draws a line for years with numbers", () => {
    expect(
      chartOf(
        columns(["ordered_at_year", "integer"], ["count", "bigint"]),
        [
          [2023, 1],
          [2024, 5],
          [2025, 2],
        ],
        false,
      )?.kind,
    ).to.equal("line");
  });

  it("ignores key columns and rows without a number", () => {
    const chart = chartOf(
      columns(["id", "integer"], ["name", "text"], ["price", "numeric(10,2)"]),
      [
        [1, "a", "1.00"],
        [2, "b", null],
        [3, "c", "2.00"],
      ],
      false,
    );
    expect(chart?.points).to.deep.equal([
      { label: "c", value: 2 },
      { label: "a", value: 1 },
    ]);
  });

  it("draws the first of many bars and reports how many there are", () => {
    const chart = chartOf(
      perStatus,
      Array.from({ length: 100 }, (_, n) => [`s${n}`, n]),
      false,
    );
    expect([chart?.points.length, chart?.total, chart?.points[0]?.value]).to.deep.equal([25, 100, 99]);
  });

  it("draws nothing for one row, two number columns, two label columns, or no number", () => {
    expect(chartOf(perStatus, [["paid", 3]], false)).to.equal(undefined);
    expect(
      chartOf(
        columns(["name", "text"], ["price", "numeric"], ["stock", "integer"]),
        [
          ["a", 1, 2],
          ["b", 1, 2],
        ],
        false,
      ),
    ).to.equal(undefined);
    expect(
      chartOf(
        columns(["name", "text"], ["city", "text"], ["stock", "integer"]),
        [
          ["a", "x", 2],
          ["b", "y", 2],
        ],
        false,
      ),
    ).to.equal(undefined);
    expect(
      chartOf(
        columns(["name", "text"], ["city", "text"]),
        [
          ["a", "x"],
          ["b", "y"],
        ],
        false,
      ),
    ).to.equal(undefined);
    expect(chartOf([], [], false)).to.equal(undefined);
  });

  it("chooses round ticks that enclose all values and 0", () => {
    const around = (...values: number[]) =>
      ticks(
        values.map((value) => ({ label: "", value })),
        4,
      );
    expect(around(3, 97)).to.deep.equal([0, 25, 50, 75, 100]);
    expect(around(-5, 5)).to.deep.equal([-5, -2.5, 0, 2.5, 5]);
    expect(around(0.1, 0.3)).to.deep.equal([0, 0.1, 0.2, 0.3]);
    expect(around(0, 0)).to.deep.equal([0, 1]);
  });
});
