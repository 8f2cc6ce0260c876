import { featureNames } from "../../../../../services/chatdb/question-engine/ranking/features.ts";
import { expect } from "chai";
import { featuresFor, found, longest, titles, titlesFrom } from "./books.ts";

describe("what tells plans from each other", () => {
  it("has a name and a finite value each", () => {
    expect(new Set(featureNames)).to.have.property("size", featureNames.length);
    for (const plan of [titles, titlesFrom("Peru"), longest]) {
      const [features] = featuresFor("titles of the books", found(plan));
      for (const [name, value] of Object.entries(features!)) expect(value, name).to.satisfy(Number.isFinite);
    }
  });

  it("knows which words of the question the plan accounts for", () => {
    const [all, some] = featuresFor(
      "titles of books whose author is from Peru",
      found(titles),
      found(titlesFrom("Peru")),
    );
    expect([all!["left"], some!["left"]]).to.deep.equal([2, 0]);
    expect([all!["lostProper"], some!["lostProper"]]).to.deep.equal([1, 0]);
    expect(all!["leftAboveLeast"]).to.equal(2);
  });

  it("knows which names of the plan were said", () => {
    const [said, unsaid] = [
      featuresFor("book titles", found(titles))[0]!,
      featuresFor("what is there to read", found(titles))[0]!,
    ];
    expect([said["shownExact"], said["rootExact"], said["unsaidTables"]]).to.deep.equal([1, 1, 0]);
    expect([unsaid["shownExact"], unsaid["rootExact"], unsaid["unsaidTables"]]).to.deep.equal([0, 0, 1]);
  });

  it("knows columns that were said and are not in the plan", () => {
    const [features] = featuresFor("titles and pages of the books", found(titles));
    expect(features!["idleColumns"]).to.equal(1);
  });

  it("mirrors words in what the plan does", () => {
    const [picks, lists] = featuresFor("title of the longest book", found(longest), found(titles));
    expect([picks!["superlativeMirrored"], lists!["superlativeMirrored"]]).to.deep.equal([0, 1]);
    expect(featuresFor("titles of the books", found(longest))[0]!["superlativeMirrored"]).to.equal(-1);
  });

  it("knows numbers and quotes that the plan has not", () => {
    const [features] = featuresFor("titles of 20 books from 'Peru'", found(titles));
    expect([features!["lostNumbers"], features!["lostQuotes"]]).to.deep.equal([1, 1]);
    expect(featuresFor("titles of books from 'Peru'", found(titlesFrom("Peru")))[0]!["lostQuotes"]).to.equal(0);
  });

  it("knows values that were seen in other columns", () => {
    const inTitle = {
      ...titles,
      where: [
        { kind: "column" as const, column: { source: "books", column: "title" }, op: "=" as const, value: "Peru" },
      ],
    };
    const [elsewhere, there] = featuresFor("books from Peru", found(inTitle), found(titlesFrom("Peru")));
    expect([elsewhere!["elsewhere"], there!["elsewhere"]]).to.deep.equal([1, 0]);
  });

  it("knows how close other meanings were", () => {
    const [features] = featuresFor(
      "titles",
      found(titles, { decisions: [{ id: "column 0", costs: [0.1, 0.2, 0.9], taken: 1 }] }),
    );
    expect(features!["closest"]).to.be.closeTo(-0.1, 1e-9);
    expect([features!["notFirst"], features!["nearby"]]).to.deep.equal([1, 1]);
  });

  it("of words that were passed over tells those that the plan has from those that are lost", () => {
    const [features] = featuresFor(
      "titles of the books in the weather",
      found(titles, { unread: ["books", "weather"] }),
    );
    expect([features!["unread"], features!["lost"]]).to.deep.equal([2, 1]);
    expect(featuresFor("titles of the parked books", found(titles))[0]!["lost"]).to.equal(1);
  });
});
