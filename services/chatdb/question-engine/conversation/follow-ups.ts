import { Sentence } from "../grammar/sentence.ts";
import { readingsOf } from "../grammar/read.ts";
import { root } from "../language/tokens.ts";
import type { SchemaIndex } from "../linking/schema-index.ts";
import type { QueryPlan } from "../plan/plan.ts";
import { Scope } from "../plan/scope.ts";
import { problemsOf } from "../plan/validate.ts";
import { anotherThing } from "./another-thing.ts";
import type { Context, Continuation } from "./context.ts";
import { changedByParts } from "./change-by-parts.ts";
import { readFollowUp, type FollowUpMarkers } from "./follow-up-markers.ts";
import { isOverTable, withoutUnusedJoins } from "./merge-joins.ts";
import { breakdowns, parts, ranks } from "./follow-up-phrases.ts";
import { unlessRefused } from "./refused.ts";
import { applyShortFollowUp } from "./short-follow-ups.ts";

/**
 * Reads a question as a follow-up on a plan.
 * @returns valid plans that differ from the given one, likeliest first
 */
export function followUps(question: string, before: QueryPlan, index: SchemaIndex, now: Date): Continuation[] {
  const markers = readFollowUp(question);
  const found = new Map<string, Continuation>();
  for (const { text, cost: wording, by } of wordingsOf(markers, before)) {
    const sentence = new Sentence(`and ${text}`, index, now);
    const context: Context = { before, markers, index, said: new Set(sentence.tokens.map(({ stem }) => root(stem))) };
    for (const { plan: made, cost, unread } of plansFor(sentence, context)) {
      const plan = isOverTable(made) && !made.combine ? withoutUnusedJoins(made, index.schema) : made;
      const key = JSON.stringify(plan);
      const whole = { plan, unread, cost: cost + wording + unlikelihood(plan, by, index) };
      const known = found.get(key);
      if (
        key !== JSON.stringify(before) &&
        (!known || known.cost > whole.cost) &&
        problemsOf(plan, index.schema).length === 0
      )
        found.set(key, whole);
    }
  }
  return [...found.values()].sort((a, b) => a.cost - b.cost);
}

/** Extra cost of reading the parts of a follow-up that already has a meaning as a whole. */
const onlyInParts = 0.4;

function plansFor(sentence: Sentence, context: Context): Continuation[] {
  const short = applyShortFollowUp(sentence, context.before).map((each) => ({ ...each, unread: [] }));
  const byParts = [
    ...unlessRefused(() => changedByParts(sentence, context)),
    ...unlessRefused(() => anotherThing(sentence, context)),
  ];
  return [...short, ...byParts.map((each) => ({ ...each, cost: each.cost + (short.length > 0 ? onlyInParts : 0) }))];
}

interface Wording {
  text: string;
  cost: number;
  /** The reading of "by": grouping or sorting. */
  by?: "group" | "order";
}

/** Rewords short follow-ups: "by country" means "per country" or "sorted by country", "2023" means "in 2023". */
function wordingsOf({ rest, words }: FollowUpMarkers, before: QueryPlan): Wording[] {
  if (rest === "") return [];
  const match = breakdowns.match(words, 0);
  if (!match || match.length === words.length)
    return [
      { text: rest, cost: 0 },
      ...(/^(\d{4}|last|this|q\d)$/.test(words[0]!) ? [{ text: `in ${rest}`, cost: 0.05 }] : []),
    ];
  const what = rest.split(/\s+/).slice(match.length).join(" ");
  if (words[0] !== "by" || match.length > 1) return [{ text: `per ${what}`, cost: 0 }];
  const computed = before.select.some(({ value }) => value.kind === "aggregate");
  return [
    { text: `per ${what}`, cost: 0, ...(computed ? {} : { by: "group" }) },
    { text: `sorted by ${what}`, cost: computed ? 0.6 : 0, ...(computed ? {} : { by: "order" }) },
  ];
}

/** Returns the cost of a reading of "by": people group by columns with few values and sort by the others. */
function unlikelihood(plan: QueryPlan, by: Wording["by"], { schema }: SchemaIndex): number {
  if (by === undefined) return 0;
  const [value] = by === "group" ? plan.groupBy : plan.orderBy.map((each) => each.value);
  if (!value) return 1;
  const hasFew = value.kind !== "column" || Scope.of(plan, schema).find(value)?.samples !== undefined;
  return hasFew === (by === "group") ? 0 : 0.7;
}

/**
 * Estimates from the words alone how likely a question is a follow-up. A question that names a table rarely is, one
 * that begins like a part of a sentence usually is.
 */
export function contextDependence(question: string, index: SchemaIndex, now: Date): number {
  const { refers, pronoun, words } = readFollowUp(question);
  if (refers) return 0.97;
  const [reading] = readingsOf(new Sentence(question, index, now));
  const { topics, show } = reading?.frame ?? { topics: [], show: [] };
  if (topics.length > 0) return parts.has(words[0] ?? "") ? 0.9 : 0.02;
  if (
    pronoun ||
    parts.has(words[0] ?? "") ||
    ranks.has(words[0] ?? "") ||
    (words.length <= 3 && words.at(-1) === "first")
  )
    return 0.9;
  if (show.some((item) => item.kind !== "measure" || item.of !== undefined)) return 0.05;
  return /^\s*(what|which|where|when|who|find)\b/i.test(question) ? 0.3 : 0.9;
}
