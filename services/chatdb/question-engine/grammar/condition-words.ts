import { functionWords, negations, relatives } from "../language/lexicon.ts";
import { type Rule, step } from "./step.ts";

/** "did not", "are not", "except those": negates the next condition. */
export const denial: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(negations, at);
  return match && !frame.denied
    ? [
        step(
          sentence.skip(match.end, "those", "ones", "that", "have", "been", "which", "who", "for", "the"),
          { ...frame, denied: true, mode: "condition" },
          0.1,
        ),
      ]
    : [];
};

/** "or", between conditions. */
export const alternative: Rule = (sentence, at, frame) => {
  const last = frame.filters.at(-1);
  if (sentence.words[at] !== "or" || !last || frame.or) return [];
  // Skipped words before "or" would be one of the alternatives.
  const aside = sentence.words.slice(last.end, at).every((word) => functionWords.has(word) || word === "either");
  return aside ? [step(at + 1, { ...frame, or: true })] : [];
};

/** "both" before values of different columns. */
export const both: Rule = (sentence, at, frame) =>
  sentence.words[at] === "both" && (frame.show.length > 0 || frame.topics.length > 0)
    ? [step(at + 1, { ...frame, mode: "condition" }, 0.3)]
    : [];

/** "whose", "that have", "with": conditions follow. */
export const relative: Rule = (sentence, at, frame) => {
  const match = sentence.phrase(relatives, at);
  return match && at > 0 ? [step(match.end, { ...frame, mode: "condition" })] : [];
};
