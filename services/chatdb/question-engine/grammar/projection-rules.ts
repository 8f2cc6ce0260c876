import type { Table } from "@chatdb/contracts/query.ts";
import { kindOf } from "../column-kind.ts";
import { copulas, distincts, everything, leads } from "../language/lexicon.ts";
import { people } from "../language/synonyms.ts";
import { singular, wordsOfName } from "../language/tokens.ts";
import { isKey } from "../linking/labels.ts";
import { attributesAt } from "./attributes.ts";
import { averageOf } from "./average-rules.ts";
import type { Attribute, Frame, Item } from "./frame.ts";
import { measuresAt } from "./measures.ts";
import type { Sentence } from "./sentence.ts";
import { type Rule, step, type Step, withFilter, withTopic, withTopicOf } from "./step.ts";
import { kindsAt, withValuesOf } from "./things.ts";

const conjunctions = ["and", ",", "&", "also", "plus", "both"];

/** Whether the words before a position continue a list. */
function continuesList({ words }: Sentence, at: number): boolean {
  const before = ["the", "a", "an", "their", "its", "his", "her"].includes(words[at - 1] ?? "") ? at - 1 : at;
  return (
    conjunctions.includes(words[before - 1] ?? "") ||
    (words[before - 1] === "with" && ["together", "along"].includes(words[before - 2] ?? "")) ||
    (words[before - 1] === "as" && words[before - 2] === "well")
  );
}

const withItem = (frame: Frame, ...items: Item[]): Frame => ({ ...frame, show: [...frame.show, ...items] });

/** "show me", "what is the". A second sentence may name what to show. */
export const lead: Rule = (sentence, at, frame) => {
  const starts =
    at === 0 ||
    [".", "?", "!", ",", ";"].includes(sentence.words[at - 1] ?? "") ||
    (sentence.words[at - 1] === "and" &&
      ["what", "how", "which", "who", "show", "list", "give", "tell"].includes(sentence.words[at]!));
  const found = starts ? sentence.phrase(leads, at) : undefined;
  if (!found) return [];
  const again = at > 0 && sentence.words[at - 1] !== "and";
  const sorts = at === 0 && ["sort", "order", "rank", "arrange"].includes(sentence.words[at]!);
  const asks =
    frame.asks ||
    (at === 0 && sentence.words.slice(at, found.end).some((word) => ["which", "who", "what"].includes(word)));
  if (at === 0 && sentence.words[at] === "who") return [step(found.end, { ...frame, asks, sorts }, whoCost(sentence))];
  if (!again) return [step(found.end, { ...frame, asks, sorts })];
  // "Which customer has the most orders? Show the name." replaces what to show.
  const instead =
    frame.show.length > 0 &&
    frame.show.every(({ kind }) => kind === "attribute") &&
    [".", "?", "!"].includes(sentence.words[at - 1]!);
  const further = step(found.end, { ...frame, asks, sorts, mode: "show" }, instead ? 0.2 : 0);
  return instead ? [further, step(found.end, { ...frame, asks, sorts, mode: "show", show: [] }, 0.05)] : [further];
};

/** The cost of ignoring a leading "who": lower before "are" than before a verb. */
export function whoCost(sentence: Sentence): number {
  if (!asksForPeople(sentence)) return 0;
  return sentence.phrase(copulas, 1) ? 0.6 : 1.2;
}

/** "how many customers", "number of different countries". */
export const count: Rule = (sentence, at, frame) =>
  measuresAt(sentence, at, frame, "count").map(({ end, measures, frame: next, cost }) =>
    step(end, withItem(next, ...measures), cost + misplaced(sentence, at, frame)),
  );

/** "average price", "minimum and maximum price", "the highest price". */
export const aggregate: Rule = (sentence, at, frame) =>
  measuresAt(sentence, at, frame, "aggregate").map(({ end, measures, frame: next, cost }) =>
    step(end, withItem(next, ...measures), cost + misplaced(sentence, at, frame)),
  );

const misplaced = (sentence: Sentence, at: number, frame: Frame) =>
  frame.mode === "show" || continuesList(sentence, at) ? 0 : 1.2;

/** "names and emails (of customers)", "customer names", "different countries". */
export const projection: Rule = (sentence, at, frame) => {
  const distinct = sentence.phrase(distincts, at);
  const from = distinct ? sentence.articles(distinct.end) : at;
  const first = frame.show.length === 0;
  const listed = continuesList(sentence, at);
  const shared = sentence.sharedColumns(from).map(({ end, names }) => {
    const items = names.map((name): Item => ({ kind: "attribute", attribute: { kind: "name", name } }));
    return step(
      end,
      withItem({ ...frame, distinct: frame.distinct || distinct !== undefined, mode: "show" }, ...items),
      frame.mode === "show" || listed ? 0 : 1,
    );
  });
  const single = attributesAt(sentence, from).map(({ end, attribute, cost }): Step => {
    const average = sentence.averages && isNumber(attribute);
    const item: Item = average ? averageOf(attribute, at, end) : { kind: "attribute", attribute };
    const next = withItem(
      { ...withTopicOf(frame, attribute), distinct: frame.distinct || distinct !== undefined },
      item,
    );
    const late =
      frame.mode === "condition"
        ? first
          ? 0.8
          : listed
            ? 1.3
            : 2.2
        : first
          ? frame.topics.length > 0 && !listed
            ? 0.3
            : 0
          : listed
            ? 0
            : 1;
    // "customers with their emails": what they are called, too.
    const possessive =
      first &&
      frame.topics.length > 0 &&
      ["their", "its"].includes(sentence.words[at - 1] ?? "") &&
      sentence.words[at - 2] === "with";
    if (possessive) {
      const label: Item = { kind: "attribute", attribute: { kind: "label", words: "name", at } };
      return step(
        end,
        withItem({ ...withTopicOf(frame, attribute), mode: "show" }, label, { kind: "attribute", attribute }),
        cost + 0.1,
      );
    }
    // "the maximum price and score"
    const last = frame.show.at(-1);
    const afterMeasure =
      last?.kind === "measure" && last.fn !== "count" && from === at && sentence.words[at - 1] === "and" ? 0.4 : 0;
    return step(end, { ...next, mode: "show" }, cost + late + afterMeasure);
  });
  return [...shared, ...single];
};

/** "full names", "names" of people with separate columns for first and last name: shows both. */
export const fullName: Rule = (sentence, at, frame) => {
  const full = ["full", "complete", "whole"].includes(sentence.words[at] ?? "");
  const from = full ? at + 1 : at;
  if (sentence.tokens[from]?.stem !== "name" || (!full && frame.mode === "condition" && !continuesList(sentence, at)))
    return [];
  const people = sentence.index.people.filter(({ named }) => full || !named);
  if (people.length === 0) return [];
  const mention = (part: "first" | "last", place: number): Item => {
    const columns = people.map((each) => ({ table: each.table, column: each[part], cost: 0 }));
    return {
      kind: "attribute",
      attribute: {
        kind: "name",
        name: { at: place, end: from + 1, words: sentence.textOf(at, from + 1), plural: false, columns },
      },
    };
  };
  // Half a position keeps the last name right after the first one.
  const items = [mention("first", at), mention("last", at + 0.5)];
  return [
    step(
      from + 1,
      withItem({ ...frame, mode: "show" }, ...items),
      (frame.mode === "show" ? 0 : 0.6) + (full ? 0 : 0.1),
    ),
  ];
};

/** "faculty members", "staff members": "members" adds nothing. */
export const members: Rule = (sentence, at, frame) =>
  sentence.tokens[at]?.stem === "member" &&
  at > 0 &&
  sentence.tables(at - 1).some(({ end }) => end === at) &&
  !sentence.tables(at).some(({ tables }) => tables.some(({ cost }) => cost < 0.3))
    ? [step(at + 1, frame, 0.05)]
    : [];

const isNumber = (attribute: Attribute) =>
  attribute.kind === "name" &&
  attribute.name.columns.some(
    ({ table, column, cost }) => cost < 0.3 && kindOf(column) === "number" && !isKey(table, column),
  );

/** "all details of" */
export const all: Rule = (sentence, at, frame) => {
  const found = sentence.phrase(everything, at);
  const bare = found && found.end - at <= 2 && !["all", "everything"].includes(sentence.words[at]!);
  if (
    !found ||
    frame.mode !== "show" ||
    (bare &&
      (frame.show.length > 0 || !["of", "about", "on", "for", "regarding"].includes(sentence.words[found.end] ?? "")))
  )
    return [];
  return [step(found.end, withItem(frame, { kind: "everything" }), frame.show.length === 0 ? 0.05 : 0.5)];
};

/** "customers": the first table is the head topic, later ones are related to it. */
export const topic: Rule = (sentence, at, frame) =>
  sentence.tables(at).flatMap((table) => {
    const best = Math.min(...table.tables.map(({ cost }) => cost));
    // "singers and concerts" asks two questions.
    const second =
      frame.mode === "show" &&
      frame.topics.length > 0 &&
      frame.show.length === 0 &&
      ["and", "or", ","].includes(sentence.words[at - 1] ?? "");
    // "the grape, winery and year" names three columns.
    const listed =
      frame.mode === "show" &&
      frame.topics.length === 0 &&
      ["and", ","].includes(sentence.words[table.end] ?? "") &&
      sentence.columns(at).some(({ end, columns }) => end === table.end && columns.some(({ cost }) => cost < 0.2))
        ? 0.3
        : 0;
    // "never had customers in Paris" allows other customers. "hosts who did not host" does not exclude the hosts
    // themselves.
    const again = frame.topics.some(({ tables }) => tables[0]?.table === table.tables[0]?.table);
    const narrowed =
      frame.denied && (again || frame.topics.length === 0) ? [step(table.end, frame, best * 0.5 + 0.3)] : [];
    if (frame.denied && again) return narrowed;
    if (frame.denied)
      return [
        ...narrowed,
        step(
          table.end,
          withFilter(
            { ...frame, denied: false },
            { kind: "related", table, op: "=", value: 0 },
            { sentence, at, end: table.end },
          ),
          best * 0.5,
        ),
      ];
    return [step(table.end, withTopic(frame, table), best * 0.5 + (second ? 1.6 : 0) + listed)];
  });

/** "toys" where Toys is a kind of products. */
export const kindOfThing: Rule = (sentence, at, frame) =>
  frame.denied
    ? []
    : kindsAt(sentence, at)
        .filter(
          ({ table }) =>
            !frame.topics.some(({ tables }) =>
              tables.some((each) => each.table === table.tables[0]!.table && each.cost < 0.3),
            ),
        )
        .map((thing) =>
          step(
            thing.end,
            withValuesOf({ ...withTopic(frame, thing.table), mode: frame.mode }, thing, sentence),
            thing.cost,
          ),
        );

/** "the enrollment of all schools" where a school is a column: the words restrict nothing. */
export const thing: Rule = (sentence, at, frame) => {
  const from = sentence.articles(sentence.skip(at, "of", "for", "from", "across"));
  if (from === at || frame.show.length === 0 || !["of", "for", "from", "across"].includes(sentence.words[at]!))
    return [];
  return sentence
    .columns(from)
    .filter(({ columns, of }) => !of && columns.some(({ cost, column }) => cost < 0.3 && kindOf(column) === "text"))
    .map(({ end }) => step(end, frame, 0.5));
};

const isPeople = ({ name }: Table) => people.has(singular(wordsOfName(name).at(-1) ?? ""));

/** Whether "who" means the people of a table that the question does not name. */
function asksForPeople(sentence: Sentence): boolean {
  const named = sentence.tokens.some((_, at) =>
    sentence.tables(at).some(({ tables }) => tables.some(({ table, cost }) => cost < 0.3 && isPeople(table))),
  );
  return !named && sentence.index.schema.tables.some(isPeople);
}

/** "who": the people of the schema, if the question names no others. */
export const who: Rule = (sentence, at, frame) => {
  // "who are they" follows up on another question.
  if (
    sentence.words[at] !== "who" ||
    at > 0 ||
    frame.topics.length > 0 ||
    sentence.words.some((word) => ["they", "those", "these"].includes(word))
  )
    return [];
  const tables = sentence.index.schema.tables.filter(isPeople).map((table) => ({ table, cost: 0 }));
  const end = sentence.skip(at + 1, "is", "are", "was", "were", "has", "have", "the", "did", "does");
  const mention = { at, end, words: "who", plural: false, tables };
  return tables.length > 0 ? [step(end, { ...withTopic(frame, mention), asks: true }, 0.3)] : [];
};

/** "different", "distinct": each once. */
export const distinct: Rule = (sentence, at, frame) => {
  const found = sentence.phrase(distincts, at);
  return found ? [step(found.end, { ...frame, distinct: true }, 0.1)] : [];
};
