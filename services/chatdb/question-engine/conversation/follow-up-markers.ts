import { leads } from "../language/lexicon.ts";
import { tokenise } from "../language/tokens.ts";
import { endings, openings, pronouns, type Manner } from "./follow-up-phrases.ts";

/** A question split into its content and the words that mark it as a follow-up. */
export interface FollowUpMarkers {
  /** The content; empty if only marking words remain. */
  rest: string;
  words: readonly string[];
  manner?: Manner;
  /** The question marks itself as a follow-up: "and", "what about", "of them". */
  refers: boolean;
  /** It has a pronoun, for the rows shown or for its own table: "customers and their emails". */
  pronoun: boolean;
  /** It extends the rows shown: "and", "with". */
  extendsRows: boolean;
}

/** Splits "and what about those in France, too?" into its content, "in France", and its manner. */
export function readFollowUp(question: string): FollowUpMarkers {
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
    // "what is the average price" is a question of its own, "and what is the average price" is a follow-up.
    const lead = opening ? undefined : leads.match(before, from);
    const reference = opening ? undefined : pronouns.match(before, from);
    const said = opening ?? (reference && reference.length > (lead?.length ?? 0) ? reference : lead);
    if (!said || isOrder(words, from)) break;
    // "show all" and "only the first" are the whole content.
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
    extendsRows: ["and", "with", "plus"].includes(words[0] ?? ""),
    ...(manner ? { manner } : {}),
  };
}

/** Tells whether a request to sort starts here: a mere lead in a question, but the content of a follow-up. */
const isOrder = (words: readonly string[], at: number) => ["sort", "order", "rank", "arrange"].includes(words[at]!);
