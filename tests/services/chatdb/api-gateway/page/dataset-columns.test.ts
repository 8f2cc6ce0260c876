import { columnsOf, headBytes, headOf, defaultTarget } from "@chatdb/api-gateway/page/models/dataset-columns.ts";
import { expect } from "chai";

describe("the page: the columns of a dataset", () => {
  const cases: [string, string, string, string[]][] = [
    ["fields of the first line", "area,rooms,price\n120,4,500000\n", "houses.csv", ["area", "rooms", "price"]],
    ["a line that ends as in Windows, or does not end", "a,b\r\n1,2", "x.csv", ["a", "b"]],
    [
      "quotes, with separators, lines and quotes inside",
      '"a, b","c\nd","e ""f"""\n1,2,3',
      "x.csv",
      ["a, b", "c\nd", 'e "f"'],
    ],
    ["a byte order mark, and blanks around names", "\uFEFFa , b\n", "x.csv", ["a", "b"]],
    ["no line but that one", "a,b", "x.csv", ["a", "b"]],
    ["nothing", "", "x.csv", []],
    ["the names in JSON lines", '{"text": "good", "label": 1}\n{}', "x.jsonl", ["text", "label"]],
    ["JSON lines that are none", "text\n", "x.ndjson", []],
  ];
  for (const [what, head, name, columns] of cases) it(what, () => expect(columnsOf(head, name)).to.deep.equal(columns));

  it("has a target unless somebody says otherwise: the one of that name, else the last", () => {
    expect(defaultTarget(["a", "target", "b"])).to.equal("target");
    expect(defaultTarget(["a", "b"])).to.equal("b");
    expect(defaultTarget([])).to.equal(undefined);
  });

  it("is read from the beginning alone", async () => {
    let asked = 0;
    const endless = new ReadableStream({
      pull: (controller) => {
        asked += 1;
        controller.enqueue(new TextEncoder().encode("a,".repeat(10_000)));
      },
    });
    expect((await headOf(new Response(endless))).length).to.be.within(headBytes, headBytes + 20_000);
    expect(asked).to.be.lessThan(10);
  });
});
