import { columnsOf, headBytes, headOf, defaultTarget } from "@chatdb/api-gateway/page/models/dataset-columns.ts";
import { expect } from "chai";

describe("the page's reading of a dataset's columns", () => {
  const cases: [string, string, string, string[]][] = [
    [
      "reads the fields of the first line",
      "area,rooms,price\n120,4,500000\n",
      "houses.csv",
      ["area", "rooms", "price"],
    ],
    ["accepts a line that ends with CR LF or not at all", "a,b\r\n1,2", "x.csv", ["a", "b"]],
    [
      "accepts quoted fields with separators, line breaks and quotes",
      '"a, b","c\nd","e ""f"""\n1,2,3',
      "x.csv",
      ["a, b", "c\nd", 'e "f"'],
    ],
    ["drops a byte order mark and blanks around names", "\uFEFFa , b\n", "x.csv", ["a", "b"]],
    ["accepts a file of a single line", "a,b", "x.csv", ["a", "b"]],
    ["finds no columns in an empty file", "", "x.csv", []],
    ["reads the names in JSON lines", '{"text": "good", "label": 1}\n{}', "x.jsonl", ["text", "label"]],
    ["finds no columns in invalid JSON lines", "text\n", "x.ndjson", []],
  ];
  for (const [what, head, name, columns] of cases) it(what, () => expect(columnsOf(head, name)).to.deep.equal(columns));

  it("uses the column named target, otherwise the last one, as the default target", () => {
    expect(defaultTarget(["a", "target", "b"])).to.equal("target");
    expect(defaultTarget(["a", "b"])).to.equal("b");
    expect(defaultTarget([])).to.equal(undefined);
  });

  it("reads only the beginning of a file", async () => {
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
