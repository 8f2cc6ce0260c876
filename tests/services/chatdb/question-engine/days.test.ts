import { daysAt } from "../../../../services/chatdb/question-engine/grammar/days.ts";
import { Sentence } from "../../../../services/chatdb/question-engine/grammar/sentence.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { expect } from "chai";

const index = new SchemaIndex({ datasource: "none", dialect: "postgresql", tables: [], at: "2024-01-01T00:00:00Z" });
/** A Thursday. */
const now = new Date("2024-02-29T15:00:00Z");
const read = (text: string) => daysAt(new Sentence(text, index, now), 0)?.days;

describe("stretches of time in a question", () => {
  const known: [said: string, start: string, end: string][] = [
    ["2024-05-31", "2024-05-31", "2024-06-01"],
    ["2023", "2023-01-01", "2024-01-01"],
    ["May 2023", "2023-05-01", "2023-06-01"],
    ["May 31, 2023", "2023-05-31", "2023-06-01"],
    ["31st of May 2023", "2023-05-31", "2023-06-01"],
    ["Q4 2023", "2023-10-01", "2024-01-01"],
    ["today", "2024-02-29", "2024-03-01"],
    ["yesterday", "2024-02-28", "2024-02-29"],
    ["this week", "2024-02-26", "2024-03-04"],
    ["last week", "2024-02-19", "2024-02-26"],
    ["last month", "2024-01-01", "2024-02-01"],
    ["the previous quarter", "2023-10-01", "2024-01-01"],
    ["last year", "2023-01-01", "2024-01-01"],
    ["the past 30 days", "2024-01-30", "2024-03-01"],
    ["the last three months", "2023-11-29", "2024-03-01"],
    // The 29th of February is not in the year before: its last day is.
    ["past year", "2023-01-01", "2024-01-01"],
    ["the last 1 years", "2023-02-28", "2024-03-01"],
    // Months without a year are the last ones that have begun.
    ["February", "2024-02-01", "2024-03-01"],
    ["March", "2023-03-01", "2023-04-01"],
  ];
  for (const [said, start, end] of known) it(`${said}`, () => expect(read(said)).to.deep.equal({ start, end }));

  for (const said of [
    "2024-02-30",
    "February 30, 2023",
    "next year",
    "Q5 2023",
    "12345",
    "the last 0 days",
    "tomorrow",
  ]) {
    it(`${said} is none`, () => expect(read(said)).to.equal(undefined));
  }
});
