import type { Table } from "@chatdb/contracts/query.ts";
import { emptyFrame, type Filter, type Frame, type Item, type TableMention } from "../grammar/frame.ts";
import { readingsOf } from "../grammar/read.ts";
import type { Reading } from "../grammar/frame.ts";
import type { Sentence } from "../grammar/sentence.ts";
import { labelOf } from "../linking/labels.ts";
import { tableOf } from "../plan/source-table.ts";
import { Change, isThreshold } from "./change.ts";
import type { Context, Continuation } from "./context.ts";
import { isOverTable } from "./merge-joins.ts";
import { bonus, suggestColumn } from "./suggested-columns.ts";
import { units, type Unit } from "./follow-up-phrases.ts";
import { unlessRefused } from "./refused.ts";

/** Maximum number of readings that become plans, likeliest first. */
const maxReadings = 4;

/** Cost of reading a known value as the label of a row. */
const knownValue = 0.6;

/** Reads a follow-up as a question about the plan's table, and changes the plan by each of its parts. */
export function changedByParts(sentence: Sentence, context: Context): Continuation[] {
  const { before, index } = context;
  const about = "query" in before.from ? { ...before.from.query } : before;
  const table = isOverTable(about) ? tableOf(about.from, index.schema) : undefined;
  if (!table || !isOverTable(about)) return [];
  const topic: TableMention = { at: -1, end: -1, words: table.name, plural: true, tables: [{ table, cost: 0 }] };
  const start: Frame = { ...emptyFrame, topics: [topic] };
  const unit = unitAt(sentence);
  const readings = unit
    ? [byTime(start, unit.words)]
    : readingsOf(sentence, start)
        .filter(({ frame }) => !namesOpening(frame))
        .slice(0, maxReadings);
  return readings
    .flatMap((reading) => [reading, ...withLabels(reading, table, sentence, context)])
    .flatMap(({ frame, cost, unread }) => {
      const filters = frame.filters.map((filter) =>
        isThreshold(filter, table, before)
          ? { filter, bonus: filter.kind === "attribute" ? bonus.number : 0 }
          : suggestColumn(filter, about, index.schema),
      );
      const change = new Change(
        { ...frame, filters: filters.map(({ filter }) => filter) },
        table,
        context,
        unit?.meaning,
      );
      const known = filters.filter(({ filter }) => isKnownValue(filter, sentence)).length * knownValue;
      const bare = frame.show.some((item) => item.kind === "measure" && item.of === undefined) ? bonus.count : 0;
      const extra = filters.reduce((sum, each) => sum + each.bonus, known + bare);
      return unlessRefused(() => change.plans()).map((each) => ({
        plan: each.plan,
        cost: Math.max(0, each.cost + cost + extra),
        unread,
      }));
    });
}

/** Tells whether a reading uses the first word, "and", which is only there for the grammar. */
const namesOpening = ({ show, topics }: Frame) =>
  topics.some(({ at }) => at === 0) ||
  show.some((item) => item.kind === "attribute" && item.attribute.kind === "name" && item.attribute.name.at === 0);

function isKnownValue(filter: Filter, sentence: Sentence): boolean {
  if (filter.kind !== "attribute" || filter.attribute?.kind !== "label" || filter.predicate.kind !== "text")
    return false;
  return Array.from({ length: filter.end - filter.at }, (_, place) => filter.at + place).some(
    (at) => sentence.values(at).length > 0,
  );
}

/** Finds a time unit to group by: "per month", "by year". */
function unitAt(sentence: Sentence): { meaning: Unit; words: string } | undefined {
  const from = sentence.skip(1, "per", "by", "each", "for", "every", "the");
  const found = from > 1 ? sentence.phrase(units, from) : undefined;
  return found && found.end === sentence.words.length
    ? { meaning: found.meaning, words: sentence.textOf(from, found.end) }
    : undefined;
}

const byTime = (start: Frame, words: string): Reading => ({
  frame: { ...start, groups: [{ kind: "attribute", attribute: { kind: "time", words, at: 1 } }] },
  cost: 0,
  unread: [],
});

/** Reads "with their categories" also as a request for the labels of related rows. */
function withLabels(
  { frame, cost, unread }: Reading,
  about: Table,
  sentence: Sentence,
  { markers, index }: Context,
): Reading[] {
  const further = frame.topics.slice(1);
  if (further.length === 0 || frame.show.some(({ kind }) => kind === "measure")) return [];
  const items = further.flatMap((topic): Item[] => {
    const [best] = [...topic.tables].sort((a, b) => a.cost - b.cost);
    const label = best && index.graph.isToOne(about, best.table) ? labelOf(best.table) : undefined;
    return best && label
      ? [
          {
            kind: "attribute",
            attribute: {
              kind: "name",
              name: { ...topic, columns: [{ table: best.table, column: label, cost: best.cost }] },
            },
          },
        ]
      : [];
  });
  if (items.length < further.length) return [];
  const shows =
    markers.manner === "widen" || ["with", "their", "its", "show", "of"].some((word) => sentence.words.includes(word));
  return [
    {
      frame: { ...frame, topics: frame.topics.slice(0, 1), show: [...frame.show, ...items] },
      cost: cost + (shows ? 0 : 0.3),
      unread,
    },
  ];
}
