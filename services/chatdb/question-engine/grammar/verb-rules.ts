import { comparators, frequencies, verbTimes } from "../language/lexicon.ts";
import { infinitive, nounsOf } from "../language/verbs.ts";
import type { Frame, Measure, TableMention } from "./frame.ts";
import { orMore } from "./predicates.ts";
import type { Sentence } from "./sentence.ts";
import { type Rule, step, withFilter, withTopic } from "./step.ts";

/** Words that a verb may follow. */
const subjects = new Set([
  "who",
  "that",
  "which",
  "have",
  "has",
  "had",
  "been",
  "is",
  "are",
  "was",
  "were",
  "do",
  "does",
  "did",
  "to",
  "they",
  "never",
  "not",
  "ever",
  "once",
  "also",
]);

/** Whether a word that is a noun, too, is a verb here: "orders" after "who". */
const isVerbHere = ({ words }: Sentence, at: number, base: string) =>
  (words[at] !== base && words[at] !== `${base}s`) || subjects.has(words[at - 1] ?? "");

/** Tables that record what a verb means: orders for "ordered" and "bought". */
function tablesOf(sentence: Sentence, at: number): TableMention | undefined {
  const base = infinitive(sentence.words[at] ?? "");
  if (base === undefined || sentence.tokens[at]!.kind !== "word" || !isVerbHere(sentence, at, base)) return undefined;
  const named = sentence
    .tables(at)
    .filter(({ end }) => end === at + 1)
    .flatMap(({ tables }) => tables);
  const tables =
    named.length > 0 ? named : nounsOf(base).flatMap((noun) => sentence.index.names.find([noun])?.tables ?? []);
  const lowest = Math.min(...tables.map(({ cost }) => cost));
  const likely = tables.filter(({ cost }) => cost < lowest + 0.2);
  return likely.length === 0
    ? undefined
    : { at, end: at + 1, words: sentence.textOf(at, at + 1), plural: false, tables: likely };
}

const isHead = ({ topics: [head] }: Frame, table: TableMention) => head?.tables[0]?.table === table.tables[0]?.table;

/** "who bought", "who have never ordered": requires or excludes related rows. */
export const relation: Rule = (sentence, at, frame) => {
  const table = frame.topics.length > 0 ? tablesOf(sentence, at) : undefined;
  if (!table || isHead(frame, table)) return [];
  const cost = Math.min(...table.tables.map((each) => each.cost)) * 0.3;
  const end = sentence.skip(table.end, "something", "anything", "yet", "ever", "before");
  if (frame.denied)
    return [
      step(
        end,
        withFilter({ ...frame, denied: false }, { kind: "related", table, op: "=", value: 0 }, { sentence, at, end }),
        cost,
      ),
    ];
  return [step(end, { ...withTopic(frame, table), mode: "condition" }, cost)];
};

/** The topic named right before, if it is not the head topic. */
function precedingTopic(sentence: Sentence, at: number, frame: Frame): TableMention | undefined {
  const last = frame.topics.at(-1);
  return last &&
    frame.topics.length > 1 &&
    !isHead(frame, last) &&
    sentence.skip(last.end, "the", "for") >= at &&
    last.at < at
    ? last
    : undefined;
}

/** "who orders most often", "who has visited the most": ranks by the number of related rows. */
export const mostOften: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(frequencies, at) ?? sentence.phrase(verbTimes, at);
  const table = match && precedingTopic(sentence, at, frame);
  if (!table) return [];
  const of: Measure = {
    kind: "measure",
    at,
    end: match.end,
    fn: "count",
    of: { kind: "rows", table },
    distinct: false,
  };
  const topics = frame.topics.filter((each) => each !== table);
  return [
    step(
      match.end,
      { ...frame, topics, orders: [...frame.orders, { at, by: of, direction: match.meaning, picks: true }] },
      0.1,
    ),
  ];
};

const adverbs = new Map([
  ["once", 1],
  ["twice", 2],
  ["thrice", 3],
]);

/** "who ordered at least twice", "visited more than 3 times": compares the number of related rows. */
export const timesDone: Rule = (sentence, at, frame) => {
  const table = precedingTopic(sentence, at, frame);
  const compared = sentence.phrase(comparators, at);
  const from = compared?.end ?? at;
  const adverb = adverbs.get(sentence.words[from] ?? "");
  const number = sentence.number(from);
  const times =
    number && sentence.words[number.end] === "times"
      ? { end: number.end + 1, value: number.value }
      : adverb === undefined
        ? undefined
        : { end: from + 1, value: adverb };
  if (!table || !times || (!compared && times.value === 1)) return [];
  const after = orMore(sentence, times.end);
  const end = after?.end ?? times.end;
  const topics = frame.topics.filter((each) => each !== table);
  return [
    step(
      end,
      withFilter(
        { ...frame, topics },
        { kind: "related", table, op: after?.meaning ?? compared?.meaning ?? "=", value: times.value },
        { sentence, at, end },
      ),
      0.05,
    ),
  ];
};

/**
 * Whether a name is the object of a verb: "bought the Nordic Desk", "written by Ada Lovelace", "that Ada Lovelace
 * wrote".
 */
export function isObject(sentence: Sentence, at: number, end: number): boolean {
  let before = at - 1;
  while (["the", "a", "an", "by", "in", "for", "at", "to", "of", "any", "some"].includes(sentence.words[before] ?? ""))
    before--;
  const isVerb = (position: number) =>
    infinitive(sentence.words[position] ?? "") !== undefined && sentence.tokens[position]?.kind === "word";
  return (
    isVerb(before) ||
    (sentence.words[at - 1] === "by" && (sentence.words[at - 2] ?? "").endsWith("ed")) ||
    isVerb(sentence.skip(end, "has", "have", "had", "is", "was"))
  );
}
