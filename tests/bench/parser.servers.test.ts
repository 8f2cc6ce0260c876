import { expect } from "chai";
import { parserFigures } from "../../bench/parser/main.ts";

describe("figures of the parser benchmark", function () {
  this.timeout(180_000);

  it("report the time per question, and that most are answered", () => {
    const figures = parserFigures();
    expect(figures.map(({ value }) => value)).to.satisfy((values: number[]) =>
      values.every((value) => Number.isFinite(value) && value > 0),
    );
    expect(figures.find(({ unit }) => unit === "%")!.value).to.be.above(50);
  });
});
