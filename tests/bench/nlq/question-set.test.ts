import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { scopesOf } from "../../../bench/nlq/gold-query.ts";
import { shapeOf } from "../../../bench/nlq/query-shape.ts";
import { readQuestionSet } from "../../../bench/nlq/question-set.ts";

const { schemas } = readQuestionSet(`${import.meta.dirname}/set`);
const library = schemas.get("library")!;

describe("question set", () => {
  it("has tables with keys; a link table's key consists of both foreign keys", () => {
    const favourite = library.tables.find(({ name }) => name === "Favourite")!;
    expect(favourite.primaryKey).to.deep.equal(["Member_ID", "Author_ID"]);
    expect(favourite.foreignKeys.map(({ table }) => table)).to.deep.equal(["Member", "Author"]);
  });

  it("is rejected with the problems of its form", () => {
    const folder = mkdtempSync(join(tmpdir(), "chatdb-set-"));
    expect(() => readQuestionSet(folder)).to.throw("dev.json does not exist");
    writeFileSync(join(folder, "dev.json"), '[{"db_id": "a", "question": "q"}]');
    expect(() => readQuestionSet(folder)).to.throw("query");
    writeFileSync(join(folder, "dev.json"), '[{"db_id": "a", "question": "q", "query": "SELECT 1"}]');
    writeFileSync(join(folder, "tables.json"), "[]");
    expect(() => readQuestionSet(folder)).to.throw("asks about a");
    rmSync(folder, { recursive: true });
  });
});

describe("gold query", () => {
  const conditionsOf = (sql: string) =>
    scopesOf(sql, library).flatMap(({ conditions }) =>
      conditions.map((all) => all.map(({ ref, op, values }) => [ref.table, ref.column, op, ...values])),
    );

  it("lists what its columns are compared with", () => {
    expect(
      conditionsOf('SELECT title FROM book WHERE genre != "Poetry" AND pages BETWEEN 10 AND 20 OR price >= -1.5'),
    ).to.deep.equal([
      [
        ["Book", "Genre", "<>", "Poetry"],
        ["Book", "Pages", "between", 10, 20],
      ],
      [["Book", "Price", ">=", -1.5]],
    ]);
    expect(
      conditionsOf(
        "SELECT T1.name FROM Author AS T1 JOIN Book T2 ON T1.author_id = T2.author_id WHERE T2.title NOT LIKE '%sea%' AND T1.country IN ('Chile', 'Peru')",
      ),
    ).to.deep.equal([
      [
        ["Book", "Title", "not like", "%sea%"],
        ["Author", "Country", "in", "Chile", "Peru"],
      ],
    ]);
  });

  it("lists the linked SELECTs", () => {
    const [inner, outer] = scopesOf(
      "SELECT name FROM author WHERE author_id IN (SELECT author_id FROM book WHERE pages > 5)",
      library,
    );
    expect(outer!.linked.map(({ scope, needed }) => [scope === inner, needed])).to.deep.equal([[true, true]]);
    const [first, second] = scopesOf(
      "SELECT country FROM author WHERE born < 5 EXCEPT SELECT country FROM author WHERE born > 7",
      library,
    );
    expect(first!.linked.map(({ scope, needed }) => [scope === second, needed])).to.deep.equal([[true, false]]);
  });

  it("has a minimum group size and a shape", () => {
    const sql = "SELECT genre FROM book GROUP BY genre HAVING count(*) > 3";
    expect(scopesOf(sql, library)[0]!.groupSize).to.equal(4);
    expect(shapeOf(sql)).to.equal("group");
    expect(shapeOf("SELECT a FROM b WHERE c IN (SELECT d FROM e GROUP BY d)")).to.equal("nested");
  });
});
