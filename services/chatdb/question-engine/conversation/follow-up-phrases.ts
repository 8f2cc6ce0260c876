/** Phrases of follow-up questions, which name no table, column or value and so fit every database. */
import { Phrases } from "../language/phrases.ts";
import type { Aggregate } from "../plan/plan.ts";

/**
 * How a follow-up combines with the question before: `replace` replaces a part of it, `narrow` keeps fewer rows or
 * columns, `widen` keeps more.
 */
export type Manner = "replace" | "narrow" | "widen";

/** Phrases at the beginning of follow-ups. */
export const openings = new Phrases<Manner | undefined>([
  ["and|and now|now|then|so|ok|okay|well|please|thanks|thank you|great|,|and what|and how|or|hm|yes", undefined],
  [
    "what about|how about|and what about|and how about|what of|same for|the same for|and the same for|same with|same but for|same thing for|the same but for|do the same for|what if",
    "replace",
  ],
  [
    "only|just|only show|show only|show just|keep only|keep|only keep|restrict to|restrict it to|restrict them to|restrict this to|limit it to|limit them to|narrow down to|narrow it down to|narrow them down to|filter by|filter for|filter on|filter them by|but only|but just|but|of these only|of those only|only include",
    "narrow",
  ],
  [
    "also|also show|also include|also add|include|including|plus|add|as well as|and also|together with|along with",
    "widen",
  ],
]);

/** Phrases at the end of follow-ups. */
export const endings = new Phrases<Manner | undefined>([
  ["please|then|now|thanks|there|?|!|.|,|euros|euro|eur|dollars|usd|again", undefined],
  ["only|alone", "narrow"],
  ["too|also|as well|in addition|besides", "widen"],
  ["instead|rather|this time", "replace"],
]);

/** Pronouns for the previous answer and its rows. */
export const pronouns = new Phrases<true>([
  [
    "which of them|which of these|which of those|which ones|which one|who of them|of them|of those|of these|them|those|these|ones|the ones|they|it|its|their",
    true,
  ],
]);

/** Requests for the opposite order, which are the whole follow-up. */
export const reversals = new Phrases<true>([
  [
    "the other way round|the other way around|other way round|other way around|the other way|reverse|reversed|reverse it|reverse them|reverse the order|reverse order|in reverse|in reverse order|the opposite order|in the opposite order|flip the order|flip it|turn it around|backwards",
    true,
  ],
]);

/** Requests for the rows behind a number. */
export const listings = new Phrases<true>([
  [
    "show them|list them|show those|show me them|show me those|who are they|which are they|which ones|which ones are they|what are they|see them|show the list|list|show me the list|who|which|show me|name them|show the rows|list them all|show them all|them|they|those|these|ones",
    true,
  ],
]);

export const unlimited = new Phrases<true>([
  [
    "show all|all|all of them|show all of them|show them all|them all|everything|show everything|no limit|without limit|without a limit|remove the limit|see all|list all|list them all|all rows|all results|the rest|show the rest",
    true,
  ],
]);

export const unconditional = new Phrases<true>([
  [
    "no filter|no filters|without filter|without filters|without any filters|remove the filter|remove the filters|remove all filters|clear the filters|drop the filters|no conditions|without conditions|remove the conditions|in total|overall",
    true,
  ],
]);

/** Phrases before the column or table whose conditions are dropped. */
export const removals = new Phrases<true>([
  [
    "in all|for all|of all|from all|with all|in any|for any|of any|from any|with any|all|any|regardless of|whatever|no matter|no matter which|no matter what|ignore|ignoring|disregard|disregarding|drop|remove|without the filter on|without the condition on|remove the filter on|remove the condition on|not just one|for every|in every|across all|over all|independent of",
    true,
  ],
]);

export const ofAllTime = new Phrases<true>([
  [
    "of all time|all time|at any time|ever|any time|all years|any year|all dates|any date|all months|time|date|all the time|since ever",
    true,
  ],
]);

/** Requests for the number of shown rows. */
export const countings = new Phrases<true>([
  [
    "how many|count|count them|how many are there|how many are they|how many of them|how many of them are there|how many is that|how many are that|how many in total|the number|the count|the total number|number|what is the number|how many rows|how many results|how many altogether",
    true,
  ],
]);

export const functions = new Phrases<Aggregate["fn"]>([
  ["average|the average|avg|mean|the mean|averages|on average", "avg"],
  ["sum|the sum|total|the total|in total|sum it up|sum them up|add them up|totals", "sum"],
  ["minimum|the minimum|min|lowest|the lowest|smallest|the smallest", "min"],
  ["maximum|the maximum|max|highest|the highest|largest|the largest", "max"],
]);

/** Phrases before the grouping columns. */
export const breakdowns = new Phrases<true>([
  [
    "by|per|for each|for every|each|grouped by|group by|group it by|group them by|broken down by|break down by|break it down by|break them down by|break that down by|break this down by|split by|split it by|split them by|split that by|split up by|by each|for every single",
    true,
  ],
]);

export const firsts = new Phrases<true>([
  ["first|the first|first one|the first one|top one|the top one|one|first row|the first row", true],
]);

export type Unit =
  | { kind: "period"; unit: "quarter" | "month" | "week" | "day" }
  | { kind: "part"; unit: "year" | "weekday" | "hour" };

/** Periods and parts of a time that rows are grouped by. */
export const units = new Phrases<Unit>([
  ["year|years|calendar year", { kind: "part", unit: "year" }],
  ["quarter|quarters", { kind: "period", unit: "quarter" }],
  ["month|months", { kind: "period", unit: "month" }],
  ["week|weeks", { kind: "period", unit: "week" }],
  ["day|days|date", { kind: "period", unit: "day" }],
  ["weekday|weekdays|day of the week", { kind: "part", unit: "weekday" }],
  ["hour|hours|hour of the day", { kind: "part", unit: "hour" }],
]);

/** Words that never begin a question of its own. */
export const parts: ReadonlySet<string> = new Set(
  (
    "in from for with without by per over under above below between before after since until during of to sort sorted order ordered not no except less at regardless ignore remove drop " +
    "broken break split group grouped descending ascending reverse whose named starting"
  ).split(" "),
);

/** Words that begin a question of its own only if it names a table. */
export const ranks: ReadonlySet<string> = new Set(
  "top bottom first last newest oldest cheapest most least more where that who".split(" "),
);
