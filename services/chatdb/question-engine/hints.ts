import { editDistance } from "./language/spelling.ts";
import type { SchemaIndex } from "./linking/schema-index.ts";

const maxSuggestions = 5;

/** The maximum number of unknown words that get suggestions. */
const maxWords = 5;

/** Suggests names that differ from an unknown word by one or two typos, or else lists the tables. */
export function hintsFor(unknown: readonly string[], index: SchemaIndex): string[] {
  const suggestions = unknown.slice(0, maxWords).flatMap((word) => {
    const similar = index.spellings.filter(({ lower }) => isMisspelling(word.toLowerCase(), lower));
    const names = similar.slice(0, maxSuggestions).map(({ name }) => name);
    return names.length > 0 ? [`Did you mean ${names.join(" or ")} by "${word}"?`] : [];
  });
  return suggestions.length > 0
    ? suggestions
    : [`There are: ${index.schema.tables.map(({ name }) => name).join(", ")}.`];
}

/**
 * Tells whether a word is a misspelled name: one edit in a short word, two in a long one, and one of the first two
 * letters is right.
 */
function isMisspelling(word: string, name: string): boolean {
  if (word.length < 4 || Math.abs(word.length - name.length) > 2 || (word[0] !== name[0] && word[1] !== name[1]))
    return false;
  const maxEdits = word.length < 8 ? 1 : 2;
  return editDistance(word, name, maxEdits) <= maxEdits;
}
