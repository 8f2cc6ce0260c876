import { leads } from "../language/lexicon.ts";
import { tokenise } from "../language/tokens.ts";
import { endings, openings, pronouns, type Manner } from "./follow-up-phrases.ts";

/** A question as one that goes on: what it says, without the words that say that it does. */
export interface Continued {
  /** Empty where the question says nothing of its own. */
  rest: string;
  words: readonly string[];
  manner?: Manner;
  /** It says that it goes on: "and", "what about", "of them". */
  refers: boolean;
  /** A pronoun in it stands for what was shown, or for a thing of its own: "customers and their emails". */
  pronoun: boolean;
  /** It goes on with what was shown: "and", "with". */
  goesOn: boolean;
}

/** Parts "and what about those in France, too?" into what it says, "in France", and how it goes on. */
export function continuedBy(question: string): Continued {
  const tokens = tokenise(question);
  const words = tokens.map(({ kind, word }) => (kind === "quoted" ? "" : word));
  let [from, to] = [0, tokens.length];
  let manner: Manner | undefined;
  let refers = false;
  for (let length = 3; length > 0; length--) {
    const ending = endings.match(words.slice(0, to), to - length);
    if (to - length < from || ending?.length !== length) continue;
    manner = ending.meaning ?? manner;
    refers ||= ending.meaning !== undefined;
    to -= length;
    length = 4;
  }
  const before = words.slice(0, to);
  for (let last = -1; last !== from && from < to; ) {
    last = from;
    const opening = openings.match(before, from);
    // "what is the average price" is a question, "and what is the average price" goes on.
    const lead = opening ? undefined : leads.match(before, from);
    const reference = opening ? undefined : pronouns.match(before, from);
    const said = opening ?? (reference && reference.length > (lead?.length ?? 0) ? reference : lead);
    if (!said || isOrder(words, from)) break;
    // "show all", "only the first": that is all there is.
    if (!opening && from + said.length === to) break;
    if (opening) manner = opening.meaning ?? manner;
    refers ||= said !== lead && words[from] !== "please";
    from += said.length;
  }
  const pronoun = words
    .slice(from, to)
    .some((word) => ["them", "they", "those", "these", "ones", "their", "its"].includes(word));
  return {
    rest: from < to ? question.slice(tokens[from]!.start, tokens[to - 1]!.end) : "",
    words: words.slice(from, to),
    refers,
    pronoun,
    goesOn: ["and", "with", "plus"].includes(words[0] ?? ""),
    ...(manner ? { manner } : {}),
  };
}

/** "sort by", "rank them by": leads of a question, but what matters in a follow-up. */
const isOrder = (words: readonly string[], at: number) => ["sort", "order", "rank", "arrange"].includes(words[at]!);
