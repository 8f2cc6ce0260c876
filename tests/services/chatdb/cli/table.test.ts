import { printable, tableText } from "@chatdb/cli/table.ts";
import { expect } from "chai";
import stringWidth from "string-width";

const columns = [
  { name: "name", type: "text" },
  { name: "price", type: "numeric(10,2)" },
  { name: "note", type: "text" },
];

describe("chatdb: tables", () => {
  it("align numbers to the right and show nulls", () => {
    expect(
      tableText(
        columns,
        [
          ["Lamp", "9.50", null],
          ["Chair", "129.00", "x"],
        ],
        Infinity,
      ),
    ).to.equal(["name    price  note", "─────  ──────  ────", "Lamp     9.50  null", "Chair  129.00  x"].join("\n"));
  });

  it("fit the width: the widest columns are cut, by what is seen and not by code units", () => {
    const wide = [
      ["東京タワー".repeat(8), "1.00", "👩‍👩‍👧".repeat(30)],
      ["short", "2.00", "y".repeat(200)],
    ];
    const lines = tableText(columns, wide, 60).split("\n");
    for (const line of lines) expect(stringWidth(line), line).to.be.at.most(60);
    expect(lines[2]).to.contain("東京").and.to.contain("…").and.to.contain("1.00");
    expect(lines[3]).to.contain("short");
  });

  it("are as wide as they have to be where the columns cannot be cut further", () => {
    expect(tableText(columns, [["abcdefgh", "1", "abcdefgh"]], 1).split("\n")[2]).to.equal("abc…     1  abc…");
  });

  it("say the columns where there are no rows", () => {
    expect(tableText(columns, [], 80)).to.equal("name  price  note\n────  ─────  ────");
  });

  it("have nothing that a terminal would obey", () => {
    expect(printable("a\u001b[2Jb\u0007\u202ec\nd\te\u009b")).to.equal("a\\u001b[2Jb\\u0007\\u202ec↵d e\\u009b");
  });
});
