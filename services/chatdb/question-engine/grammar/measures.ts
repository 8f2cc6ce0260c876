import { aggregates, counts, distincts, extremeNumbers, extremes, functionWords, leads } from "../language/lexicon.ts";
import type { Aggregate } from "../plan/plan.ts";
import { attributesAt } from "./attributes.ts";
import type { Attribute, Frame, Measure } from "./frame.ts";
import { revenueMeasureAt } from "./revenue-rules.ts";
import type { Sentence } from "./sentence.ts";
import { withTopic, withTopicOf } from "./step.ts";
import { thingsAt, withValuesOf } from "./things.ts";

interface MeasureMatch {
  end: number;
  measures: Measure[];
  frame: Frame;
  cost: number;
}

/** Words skipped in "how many kinds of products". */
const kindWords = ["kind", "kinds", "of", "sort", "sorts"];

/** Reads the measures that may start at a position. */
export function measuresAt(
  sentence: Sentence,
  at: number,
  frame: Frame,
  which: "count" | "aggregate" | "any" = "any",
): MeasureMatch[] {
  const paid = which === "any" ? revenueMeasureAt(sentence, at) : undefined;
  const revenues: MeasureMatch[] = paid ? [{ end: paid.end, measures: [paid.measure], frame, cost: 0.15 }] : [];
  return [
    ...(which === "aggregate" ? [] : countsAt(sentence, at, frame)),
    ...(which === "count" ? [] : aggregatesAt(sentence, at, frame)),
    ...revenues,
  ];
}

function countsAt(sentence: Sentence, at: number, frame: Frame): MeasureMatch[] {
  // "the number and average age of students"
  const alone = at === 0 || functionWords.has(sentence.words[at - 1]!) || sentence.phrase(leads, at - 1) !== undefined;
  if (alone && sentence.words[at] === "number" && ["and", ","].includes(sentence.words[at + 1] ?? ""))
    return [
      { end: at + 1, measures: [{ kind: "measure", at, end: at + 1, fn: "count", distinct: false }], frame, cost: 0.2 },
    ];
  const match = sentence.phrase(counts, at);
  if (!match) return [];
  const many = sentence.words[at] === "how";
  // "the phone number of" is not a count.
  const named =
    sentence.words[at] === "numbers"
      ? 0.4
      : sentence.words[at] === "number" &&
          at > 0 &&
          sentence.tokens[at - 1]!.kind === "word" &&
          !functionWords.has(sentence.words[at - 1]!) &&
          !sentence.phrase(extremes, at - 1) &&
          !sentence.phrase(aggregates, at - 1)
        ? 1.2
        : 0;
  const start = sentence.articles(match.end);
  const distinctAt = sentence.phrase(distincts, start);
  const from = sentence.skip(sentence.articles(distinctAt?.end ?? start), ...kindWords);
  const distinct = distinctAt !== undefined;
  const found: MeasureMatch[] = [];
  for (const thing of thingsAt(sentence, from)) {
    const { table, end } = thing;
    // "how many orders does a customer place on average"
    const measure: Measure = {
      kind: "measure",
      at,
      end,
      fn: many && sentence.averages ? "avg" : "count",
      of: { kind: "rows", table },
      distinct,
    };
    found.push({
      end,
      measures: [measure],
      frame: withValuesOf(many ? withTopic(frame, table) : frame, thing, sentence),
      cost: named + thing.cost * 0.6 + (distinct ? 0.15 : 0),
    });
  }
  for (const { end, attribute, cost } of attributesAt(sentence, from)) {
    found.push({
      end,
      measures: [{ kind: "measure", at, end, fn: "count", of: attribute, distinct }],
      frame: withTopicOf(frame, attribute),
      cost: named + cost + (distinct ? 0.1 : 0.4),
    });
  }
  // "how many are there", "how many of them", "number of female students": the table follows later.
  if (found.length === 0)
    found.push({
      end: match.end,
      measures: [{ kind: "measure", at, end: match.end, fn: "count", distinct: false }],
      frame,
      cost: named + 0.6,
    });
  return found;
}

function aggregatesAt(sentence: Sentence, at: number, frame: Frame): MeasureMatch[] {
  const { fns, end } = functionsAt(sentence, at, frame);
  if (fns.length === 0) return [];
  const from = sentence.articles(sentence.past(counts, sentence.articles(end)));
  const found: MeasureMatch[] = [];
  const add = (of: Attribute, to: number, cost: number) => {
    const measures = fns.map((fn): Measure => ({ kind: "measure", at, end: to, fn, of, distinct: false }));
    found.push({ end: to, measures, frame: withTopicOf(frame, of), cost });
  };
  for (const { end: to, attribute, cost } of attributesAt(sentence, from)) {
    add(attribute, to, cost);
    // "the average age and weight"
    const next = sentence.skip(to, "and", ",", "the");
    if (next === to || functionsAt(sentence, next, frame).fns.length > 0) continue;
    for (const further of attributesAt(sentence, next)) {
      const first = fns.map((fn): Measure => ({ kind: "measure", at, end: to, fn, of: attribute, distinct: false }));
      const second = fns.map(
        (fn): Measure => ({ kind: "measure", at, end: further.end, fn, of: further.attribute, distinct: false }),
      );
      found.push({
        end: further.end,
        measures: [...first, ...second],
        frame: withTopicOf(withTopicOf(frame, attribute), further.attribute),
        cost: cost + further.cost + 0.05,
      });
    }
  }
  // "the average number of orders (per customer)"
  if (from > sentence.articles(end) && fns.every((fn) => fn !== "sum")) {
    for (const table of sentence.tables(from))
      found.push({
        end: table.end,
        measures: fns.map(
          (fn): Measure => ({ kind: "measure", at, end: table.end, fn, of: { kind: "rows", table }, distinct: false }),
        ),
        frame,
        cost: 0.1,
      });
  }
  // "total orders"
  if (fns.length === 1 && fns[0] === "sum") {
    for (const table of sentence.tables(from))
      found.push({
        end: table.end,
        measures: [{ kind: "measure", at, end: table.end, fn: "count", of: { kind: "rows", table }, distinct: false }],
        frame,
        cost: 0.3,
      });
  }
  return found;
}

function functionsAt(sentence: Sentence, at: number, frame: Frame): { fns: Aggregate["fn"][]; end: number } {
  const fns: Aggregate["fn"][] = [];
  let end = at;
  for (let next = at; ; next = sentence.skip(sentence.articles(end), ",", "and", "the")) {
    const found = sentence.phrase(aggregates, next) ?? extremeFunction(sentence, next, frame);
    if (!found) return { fns, end };
    fns.push(found.meaning);
    end = found.end;
  }
}

/** Reads "the highest price" as a maximum, unless it picks one of the things named before it. */
function extremeFunction(
  sentence: Sentence,
  at: number,
  frame: Frame,
): { end: number; meaning: Aggregate["fn"] } | undefined {
  if (frame.topics.length > 0 || frame.show.some(({ kind }) => kind === "attribute")) return undefined;
  const extreme = sentence.phrase(extremeNumbers, at);
  return extreme && { end: extreme.end, meaning: extreme.meaning === "desc" ? "max" : "min" };
}
