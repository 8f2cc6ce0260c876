import type { Predicate, ValueMention } from "./frame.ts";
import type { Sentence } from "./sentence.ts";

/** A predicate read from the question, with the position after it and its cost. */
export interface PredicateMatch {
  end: number;
  predicate: Predicate;
  cost: number;
}

/** Reads sampled values, joined by "or", "and" or commas. */
export function choicesAt(sentence: Sentence, at: number, negated: boolean): PredicateMatch[] {
  const both = sentence.words[at] === "both";
  return sentence.values(sentence.skip(at, "both", "either", "the", "a", "an")).flatMap((first) => {
    const choices = [first];
    let conjunction: string | undefined;
    for (let end = first.end; ; ) {
      const next = sentence.skip(sentence.skip(end, ","), "or", "and", "nor");
      const further =
        next > end
          ? valueOfSameColumn(
              sentence.values(sentence.skip(next, "in", "from", "of", "the", "a", "either", "for")),
              choices[0]!,
            )
          : undefined;
      if (!further) break;
      conjunction = sentence.words[next - 1] === "," ? conjunction : sentence.words[next - 1];
      choices.push(further);
      end = further.end;
    }
    const cost = Math.min(...first.values.map((each) => each.cost));
    return [
      {
        end: choices.at(-1)!.end,
        predicate: {
          kind: "value" as const,
          choices,
          negated,
          both: choices.length > 1 && (both || conjunction === "and"),
          explicit: both,
        },
        cost,
      },
    ];
  });
}

/** Finds a value that shares a column with the first one. */
function valueOfSameColumn(values: readonly ValueMention[], first: ValueMention): ValueMention | undefined {
  return values.find((each) => each.values.some(({ column }) => first.values.some((other) => other.column === column)));
}
