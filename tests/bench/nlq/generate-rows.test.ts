import { expect } from "chai";
import { factsOf } from "../../../bench/nlq/column-facts.ts";
import { generateRows, type Row } from "../../../bench/nlq/generate-rows.ts";
import { readQuestionSet } from "../../../bench/nlq/question-set.ts";

const { questions, schemas } = readQuestionSet(`${import.meta.dirname}/set`);
const made = [...schemas.values()].flatMap((schema) => {
  const facts = factsOf(
    schema,
    questions.filter(({ db }) => db === schema.db),
  );
  return [1, 2, 3].map((seed) => ({ schema, facts, seed, rows: generateRows(facts, seed) }));
});
const libraries = made.filter(({ schema }) => schema.db === "library");
const valuesOf = (rows: readonly Row[], column: string) => rows.map((row) => row[column]);

describe("generated rows", () => {
  it("depend on the seed alone", () => {
    const [first, second] = libraries;
    expect(generateRows(first!.facts, 1)).to.deep.equal(first!.rows);
    expect(second!.rows).not.to.deep.equal(first!.rows);
  });

  it("obey primary and foreign keys", () => {
    for (const { schema, rows } of made) {
      for (const { name, primaryKey, foreignKeys } of schema.tables) {
        const key = (row: Row, columns: readonly string[]) => JSON.stringify(columns.map((column) => row[column]));
        const own = rows.get(name)!;
        expect(new Set(own.map((row) => key(row, primaryKey))).size, name).to.equal(own.length);
        for (const { columns, table, references } of foreignKeys) {
          const parents = new Set(rows.get(table)!.map((row) => key(row, references)));
          const lost = own.filter(
            (row) => columns.every((column) => row[column] !== null) && !parents.has(key(row, columns)),
          );
          expect(lost, `${name}.${columns.join()}`).to.deep.equal([]);
        }
      }
    }
  });

  it("contain parents with many children, with one and with none", () => {
    for (const { rows } of libraries) {
      const counts = Map.groupBy(rows.get("Book")!, (row) => row.Author_ID);
      const sizes = [...counts.values()].map(({ length }) => length).sort((left, right) => left - right);
      expect(sizes.at(-1)).to.be.above(3);
      expect(sizes.filter((size) => size === 1)).to.have.lengthOf.at.most(4);
      expect(counts.size).to.be.below(rows.get("Author")!.length);
    }
  });

  it("contain the literals of the gold queries in one spelling, and values next to them", () => {
    for (const { rows } of libraries) {
      const countries = valuesOf(rows.get("Author")!, "Country");
      expect(countries).to.include.members(["Norway", "Chile"]);
      expect(countries).not.to.include("norway");
      const pages = valuesOf(rows.get("Book")!, "Pages") as number[];
      expect(pages.some((value) => value > 300) && pages.some((value) => value <= 300 && value >= 299)).to.equal(true);
    }
  });

  it("have a unique minimum and maximum in numbers that queries order by", () => {
    for (const { rows } of libraries) {
      const pages = (valuesOf(rows.get("Book")!, "Pages") as number[]).sort((left, right) => left - right);
      expect(pages[0]).to.be.below(pages[1]!);
      expect(pages.at(-1)).to.be.above(pages.at(-2)!);
    }
  });

  it("are null only where no gold query counts, orders, groups or negates", () => {
    for (const { facts, schema, rows } of made) {
      for (const { name, columns } of schema.tables) {
        for (const column of columns) {
          const { roles } = facts.of(name, column.name);
          if (
            !["counted", "ordered", "grouped", "negated", "calculated"].some((role) => (roles as Set<string>).has(role))
          )
            continue;
          if (column.name !== "boss_id")
            expect(valuesOf(rows.get(name)!, column.name), `${name}.${column.name}`).not.to.include(null);
        }
      }
    }
    expect(valuesOf(made.find(({ schema }) => schema.db === "fleet")!.rows.get("trips")!, "note")).to.include(null);
  });
});

describe("types of columns", () => {
  const typeOf = (db: string, table: string, column: string) =>
    made.find(({ schema }) => schema.db === db)!.facts.of(table, column).domain.type;
  it("follow the declared type and the literals of the gold queries", () => {
    expect(typeOf("library", "Book", "Price")).to.equal("numeric");
    expect(typeOf("library", "Book", "Pages")).to.equal("integer");
    expect(typeOf("library", "Book", "Published")).to.equal("date");
    expect(typeOf("library", "Member", "Active")).to.equal("boolean");
    expect(typeOf("fleet", "trips", "plate")).to.equal("text");
  });
});
