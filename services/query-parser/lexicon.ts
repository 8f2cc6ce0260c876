/** English words that mean the same whatever the database: no table, column or value is named here. */
import type { Aggregate, Comparator } from "./plan/plan.ts";

/** Phrases as lists of words in lower case, the longest first, so that the first that fits is the right one. */
export class Phrases<T> {
  readonly #entries: { words: string[]; meaning: T }[];

  constructor(meanings: readonly (readonly [phrases: string, meaning: T])[]) {
    this.#entries = meanings
      .flatMap(([phrases, meaning]) => phrases.split("|").map((phrase) => ({ words: phrase.trim().split(" "), meaning })))
      .sort((a, b) => b.words.length - a.words.length);
  }

  /** What the words from `at` on begin with. */
  match(words: readonly string[], at: number): { length: number; meaning: T } | undefined {
    const entry = this.#entries.find((each) => each.words.every((word, index) => words[at + index] === word));
    return entry && { length: entry.words.length, meaning: entry.meaning };
  }
}

export type Direction = "asc" | "desc";

/** Ways to begin that say no more than "list". */
export const leads = new Phrases<true>([
  ["show|show me|show us|list|list me|display|find|find me|get|get me|give me|give us|tell me|return|print|fetch|select", true],
  ["what is|what are|what was|what were|what's|which are|which is|who are|which|what|let me see|see", true],
  ["i want|i want to see|i want to know|i would like|i would like to see|i'd like to see|i need|we need", true],
  ["can you show me|could you show me|can you list|could you list|can you give me|could you give me|please", true],
]);

export const counts = new Phrases<true>([
  ["how many|number of|the number of|total number of|the total number of|count of|the count of|count|count all|counts of", true],
]);

export const aggregates = new Phrases<Aggregate["fn"]>([
  ["sum|sum of|total|total of|combined|overall|summed", "sum"],
  ["average|average of|avg|avg of|mean|mean of", "avg"],
  ["minimum|minimum of|min|min of", "min"],
  ["maximum|maximum of|max|max of", "max"],
]);

export const extremes = new Phrases<Direction>([
  ["highest|largest|biggest|greatest|most", "desc"],
  ["lowest|smallest|least|fewest", "asc"],
]);

/** Nouns that a column is called by when the adjective fits it; `time` stands for any column of a date or time. */
export interface Quality {
  nouns: readonly string[] | "time";
  direction: Direction;
  /** What fits better, where there is such a number. */
  rather?: Quality;
}

const money = ["price", "cost", "fee", "rate", "charge", "fare", "amount"];
const extent = ["size", "area", "capacity"];

export const superlatives = new Phrases<Quality>([
  ["cheapest|least expensive", { nouns: money, direction: "asc" }],
  ["most expensive|priciest|dearest|costliest|most costly", { nouns: money, direction: "desc" }],
  ["latest|newest|most recent|last", { nouns: "time", direction: "desc" }],
  ["earliest|least recent", { nouns: "time", direction: "asc" }],
  ["oldest", { nouns: "time", direction: "asc", rather: { nouns: ["age"], direction: "desc" } }],
  ["youngest", { nouns: "time", direction: "desc", rather: { nouns: ["age"], direction: "asc" } }],
  ["heaviest", { nouns: ["weight", "mass"], direction: "desc" }],
  ["lightest", { nouns: ["weight", "mass"], direction: "asc" }],
  ["longest", { nouns: ["length", "duration", "distance"], direction: "desc" }],
  ["shortest", { nouns: ["length", "duration", "distance", "height"], direction: "asc" }],
  ["tallest", { nouns: ["height"], direction: "desc" }],
  ["largest|biggest", { nouns: extent, direction: "desc" }],
  ["smallest", { nouns: extent, direction: "asc" }],
  ["best rated|highest rated", { nouns: ["rating", "score", "stars"], direction: "desc" }],
  ["worst rated|lowest rated", { nouns: ["rating", "score", "stars"], direction: "asc" }],
]);

/** Adjectives that compare with a number: "cheaper than 20". */
export const comparatives = new Phrases<{ nouns: readonly string[] | "time"; op: Comparator }>([
  ["cheaper than|less expensive than|priced under|priced below|priced less than|cost less than|costs less than|costing less than|cost under|costing under", { nouns: money, op: "<" }],
  ["more expensive than|dearer than|pricier than|priced over|priced above|priced more than|cost more than|costs more than|costing more than|cost over|costing over", { nouns: money, op: ">" }],
  ["heavier than", { nouns: ["weight", "mass"], op: ">" }],
  ["lighter than", { nouns: ["weight", "mass"], op: "<" }],
  ["longer than", { nouns: ["length", "duration", "distance"], op: ">" }],
  ["shorter than", { nouns: ["length", "duration", "distance", "height"], op: "<" }],
  ["taller than", { nouns: ["height"], op: ">" }],
  ["older than", { nouns: ["age"], op: ">" }],
  ["younger than", { nouns: ["age"], op: "<" }],
]);

export const comparators = new Phrases<Comparator>([
  [">|over|above|more than|greater than|higher than|larger than|bigger than|exceeding|exceeds|beyond", ">"],
  ["<|under|below|less than|lower than|smaller than|fewer than", "<"],
  [">=|at least|no less than|not less than|greater than or equal to|more than or equal to", ">="],
  ["<=|at most|up to|no more than|not more than|less than or equal to", "<="],
  ["=|equal to|equals|exactly|equalling", "="],
  ["<>|!=|not equal to|different from|other than", "<>"],
]);

/** How a time is compared with a day, month or year. */
export type TimeRelation = "within" | "of" | "after" | "from" | "before" | "until" | "through";

export const timeRelations = new Phrases<TimeRelation>([
  ["in|during|on|within|of|for|in the year|of the year", "within"],
  ["from|from the year", "of"],
  ["after|later than|more recent than|newer than", "after"],
  ["since|starting in|starting on|as of|on or after", "from"],
  ["before|earlier than|prior to", "before"],
  ["until|till|up to", "until"],
  ["through|on or before|until the end of", "through"],
]);

export const onwards = new Phrases<true>([["on|onwards|onward|and later|and after", true]]);

export const months = new Phrases<number>(
  ["january|jan", "february|feb", "march|mar", "april|apr", "may", "june|jun", "july|jul", "august|aug", "september|sep|sept", "october|oct", "november|nov", "december|dec"].map(
    (names, index) => [names, index + 1] as const,
  ),
);

export const negations = new Phrases<true>([["not|isn't|is not|are not|aren't|not in|not from|not of|outside|outside of|except|except for|excluding|other than", true]]);

export const withouts = new Phrases<true>([["without|without any|with no|having no|have no|has no|that have no|who have no|with zero", true]]);

export const copulas = new Phrases<true>([["is|are|was|were|=|equals|equal to|is equal to|:|of|be", true]]);

/** After the name of a column: the value is part of the text. */
export const textMatches = new Phrases<"contains" | "starts with" | "ends with">([
  ["contains|containing|contain|includes|including|like|is like|that contains", "contains"],
  ["starts with|starting with|start with|begins with|beginning with|begin with", "starts with"],
  ["ends with|ending with|end with|ending in", "ends with"],
]);

export const namings = new Phrases<true>([["named|called|titled|with the name|by the name of|with the title", true]]);

/** Names of columns by which people call the thing that a row is about, the likeliest first. */
export const labelNouns = ["name", "title", "label"];

export const missings = new Phrases<"missing" | "present">([
  ["is missing|is null|is empty|is unknown|is not set|are missing|is not known", "missing"],
  ["is not null|is present|is known|is set|is not empty|is not missing", "present"],
]);

export const sortings = new Phrases<true>([
  ["sorted by|sort by|ordered by|order by|ranked by|rank by|arranged by|sorted on|sort them by|in order of|by order of|sorted according to", true],
]);

export const bareSortings = new Phrases<true>([["sorted|sort|ordered|ranked|arranged|in", true]]);

export const directions = new Phrases<Direction>([
  ["asc|ascending|in ascending order|in increasing order|increasing|lowest first|smallest first|from low to high|alphabetically|in alphabetical order|a to z|from a to z", "asc"],
  ["desc|descending|in descending order|in decreasing order|decreasing|highest first|largest first|biggest first|from high to low|in reverse order|in reverse alphabetical order|z to a", "desc"],
]);

export const groupings = new Phrases<true>([
  ["per|for each|for every|in each|in every|by each|of each|grouped by|group by|broken down by|split by|each|from each|with each", true],
]);

export const distincts = new Phrases<true>([["distinct|different|unique", true]]);

/** "top 5": with an order. "first 5": the first that come. */
export const tops = new Phrases<"top" | "bottom" | "first">([
  ["top", "top"],
  ["bottom", "bottom"],
  ["first|limit|limit to|limited to|only the first", "first"],
]);

export const numberWords = new Phrases<number>(
  ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"].map((word, index) => [word, index + 1] as const),
);

/** Questions that begin so ask for a yes or no, a place, a person or a reason: no list and no number answers them. */
export const openings: ReadonlySet<string> = new Set(
  "who whose whom where when why how do does did is are was were has have had will would should may might".split(" "),
);

/** Words that carry no meaning of their own between the parts of a question. */
export const functionWords: ReadonlySet<string> = new Set(
  (
    "a an the all of in from at on to for with that which who whose where are is was were be been being have has had having do does did there " +
    "we our us me my i you your please their its his her this these those exist exists live lives living located based come comes coming " +
    "placed made belong belongs belonging registered available currently as well every and across ? . ! ,"
  ).split(" "),
);

/** Where text that is given without quotes ends: "customers named Ada Lovelace in London". */
export const valueEnds: ReadonlySet<string> = new Set(
  "and or with whose who which that where sorted ordered order grouped per by in from for having have has limit , ? ! ; ( ) is are than".split(" "),
);
