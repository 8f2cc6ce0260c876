import { featureNames } from "../../../../../services/chatdb/question-engine/ranking/features.ts";
import { expect } from "chai";
import { featuresFor, found, longest, titles, titlesFrom } from "./books.ts";

describe("the features of a plan", () => {
  it("have a name and a finite value each", () => {
    expect(new Set(featureNames)).to.have.property("size", featureNames.length);
    for (const plan of [titles, titlesFrom("Peru"), longest]) {
      const [features] = featuresFor("titles of the books", found(plan));
      for (const [name, value] of Object.entries(features!)) expect(value, name).to.satisfy(Number.isFinite);
    }
  });

  it("count the words of the question that the plan accounts for", () => {
    const [all, some] = featuresFor(
      "titles of books whose author is from Peru",
      found(titles),
      found(titlesFrom("Peru")),
    );
    expect([all!["left"], some!["left"]]).to.deep.equal([2, 0]);
    expect([all!["lostProper"], some!["lostProper"]]).to.deep.equal([1, 0]);
    expect(all!["leftAboveLeast"]).to.equal(2);
  });

  it("count the names of the plan that the question mentions", () => {
    const [said, unsaid] = [
      featuresFor("book titles", found(titles))[0]!,
      featuresFor("what is there to read", found(titles))[0]!,
    ];
    expect([said["shownExact"], said["rootExact"], said["unsaidTables"]]).to.deep.equal([1, 1, 0]);
    expect([unsaid["shownExact"], unsaid["rootExact"], unsaid["unsaidTables"]]).to.deep.equal([0, 0, 1]);
  });

  it("count the columns that the question mentions and the plan lacks", () => {
    const [features] = featuresFor("titles and pages of the books", found(titles));
    expect(features!["idleColumns"]).to.equal(1);
  });

  it("compare the question's words with what the plan does", () => {
    const [picks, lists] = featuresFor("title of the longest book", found(longest), found(titles));
    expect([picks!["superlativeMirrored"], lists!["superlativeMirrored"]]).to.deep.equal([0, 1]);
    expect(featuresFor("titles of the books", found(longest))[0]!["superlativeMirrored"]).to.equal(-1);
  });

  it("count the numbers and quotes that the plan lacks", () => {
    const [features] = featuresFor("titles of 20 books from 'Peru'", found(titles));
    expect([features!["lostNumbers"], features!["lostQuotes"]]).to.deep.equal([1, 1]);
    expect(featuresFor("titles of books from 'Peru'", found(titlesFrom("Peru")))[0]!["lostQuotes"]).to.equal(0);
  });

  it("count the values that occur in other columns", () => {
    const inTitle = {
      ...titles,
      where: [
        { kind: "column" as const, column: { source: "books", column: "title" }, op: "=" as const, value: "Peru" },
      ],
    };
    const [elsewhere, there] = featuresFor("books from Peru", found(inTitle), found(titlesFrom("Peru")));
    expect([elsewhere!["elsewhere"], there!["elsewhere"]]).to.deep.equal([1, 0]);
  });

  it("measure how close the other meanings are", () => {
    const [features] = featuresFor(
      "titles",
      found(titles, { decisions: [{ id: "column 0", costs: [0.1, 0.2, 0.9], taken: 1 }] }),
    );
    expect(features!["closest"]).to.be.closeTo(-0.1, 1e-9);
    expect([features!["notFirst"], features!["nearby"]]).to.deep.equal([1, 1]);
  });

  it("distinguish skipped words that the plan covers from words that are lost", () => {
    const [features] = featuresFor(
      "titles of the books in the weather",
      found(titles, { unread: ["books", "weather"] }),
    );
    expect([features!["unread"], features!["lost"]]).to.deep.equal([2, 1]);
    expect(featuresFor("titles of the parked books", found(titles))[0]!["lost"]).to.equal(1);
  });
});
