import type { DatabaseSchema } from "@chatdb/contracts/query.ts";
import type { Example } from "@chatdb/ml-engine/questions/examples.ts";
import { Judge } from "@chatdb/ml-engine/questions/judge.ts";
import { learn } from "@chatdb/ml-engine/questions/learn.ts";
import { learnWords } from "@chatdb/ml-engine/questions/vocabulary.ts";
import { unwatched } from "@chatdb/ml-engine/training/watch.ts";
import { SchemaIndex } from "@chatdb/question-engine/linking/schema-index.ts";
import { parse } from "@chatdb/question-engine/parse.ts";
import { expect } from "chai";

const column = (name: string, type: string, samples?: string[]) => ({
  name,
  type,
  nullable: false,
  ...(samples ? { samples } : {}),
});

const schema: DatabaseSchema = {
  datasource: "clinic",
  dialect: "postgresql",
  at: "2025-01-01T00:00:00.000Z",
  tables: [
    {
      schema: "public",
      name: "visits",
      kind: "table",
      primaryKey: ["id"],
      foreignKeys: [],
      columns: [
        column("id", "integer"),
        column("ward", "text", ["surgery", "nursery"]),
        column("state", "text", ["open", "closed"]),
        column("fee", "numeric(10,2)"),
      ],
    },
  ],
};
const index = new SchemaIndex(schema);
const judge = new Judge(index, () => Promise.reject(new Error("Plans are compared with plans.")));

const examplesOf = (pairs: readonly (readonly [string, string])[]): Example[] =>
  pairs.map(([question, plain], line) => ({
    line,
    question,
    at: new Date("2025-01-01"),
    known: { kind: "plan", plan: parse(plain, index).plan },
  }));
/** Said as the schema says it. */
const plain = [
  "list the visits",
  "how many visits are there",
  "open visits",
  "visits in surgery",
  "how many open visits are there",
  "visits in the nursery",
].map((question) => [question, question] as const);

const calls = examplesOf([
  ["how many calls are there", "how many visits are there"],
  ["how many moonlit calls are there", "how many closed visits are there"],
  ["list the moonlit calls", "list the closed visits"],
  ["list the calls", "list the visits"],
  ["what is the average toll of visits", "what is the average fee of visits"],
  ["show the toll of the visits", "show the fee of the visits"],
  ...plain,
]);

const value = (column: string, value: string) => ({ kind: "value", schema: "public", table: "visits", column, value });

describe("the words that are learned from examples", () => {
  it("are those for tables, columns and values that the schema calls otherwise, also where several come together", async () => {
    expect(await learnWords(calls, index, judge)).to.have.deep.members([
      { words: ["call"], meaning: { kind: "table", schema: "public", table: "visits" } },
      { words: ["moonlit"], meaning: value("state", "closed") },
      { words: ["toll"], meaning: { kind: "column", schema: "public", table: "visits", column: "fee" } },
    ]);
  });

  it("are none that one example alone has, and none where the schema's own words say it", async () => {
    const examples = examplesOf([
      ["how many moonlit visits are there", "how many closed visits are there"],
      ["how many open visits are there", "how many open visits are there"],
      ["list the visits", "list the visits"],
      ["visits in surgery, please", "visits in surgery"],
      ["visits in the nursery, please", "visits in the nursery"],
    ]);
    expect(await learnWords(examples, index, judge)).to.deep.equal([]);
  });

  it("are none where examples contradict each other", async () => {
    const examples = examplesOf([
      ["how many moonlit visits are there", "how many closed visits are there"],
      ["list the moonlit visits", "list the open visits"],
      ["moonlit visits in surgery", "closed visits in surgery"],
      ["moonlit visits in the nursery", "open visits in the nursery"],
    ]);
    expect(await learnWords(examples, index, judge)).to.deep.equal([]);
  });
});

describe("the progress of learning from examples", () => {
  it("goes forward only, through all that is done", async () => {
    const told: { share: number; step: string }[] = [];
    await learn(calls, index, judge, {
      watch: { ...unwatched, progress: (share, step) => void told.push({ share, step }) },
    });
    const shares = told.map(({ share }) => share);
    expect(shares).to.deep.equal(shares.toSorted((a, b) => a - b));
    const [trying, reading] = ["trying words", "reading questions with these words"];
    const kinds = told.map(({ step }) => step.split(":")[0]);
    // First from a share of the examples, then from all of them.
    expect(kinds.filter((kind, place) => kind !== kinds[place - 1])).to.deep.equal([
      trying,
      reading,
      "answering held-out questions",
      trying,
      reading,
    ]);
  });
});

describe("learning from examples that was cut off", () => {
  it("goes on from any checkpoint to the same model and metrics", async () => {
    const states: Uint8Array[] = [];
    const whole = await learn(calls, index, judge, {
      watch: { ...unwatched, checkpoint: (state) => void states.push(state()) },
    });
    expect(whole.model.words).to.have.lengthOf(3);
    const steps = async (resumeFrom?: Uint8Array) => {
      const told: string[] = [];
      expect(
        await learn(calls, index, judge, {
          watch: { ...unwatched, checkpoint: () => void told.push("kept"), resumeFrom },
        }),
      ).to.deep.equal(whole);
      return told.length;
    };
    for (const place of [0, 3, Math.floor(states.length / 2), states.length - 1])
      expect(await steps(states[place]), "searching that is left").to.equal(states.length - place);
  });
});
