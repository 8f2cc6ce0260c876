import { editDistance } from "./language/spelling.ts";
import type { SchemaIndex } from "./linking/schema-index.ts";

const maxSuggestions = 5;

/** Words that suggestions are looked for, at most. */
const maxWords = 5;

/** What to say instead: names that differ from an unknown word by a slip or two; else what there is to ask about. */
export function hintsFor(unknown: readonly string[], index: SchemaIndex): string[] {
  const meant = unknown.slice(0, maxWords).flatMap((word) => {
    const close = index.spellings.filter(({ lower }) => isSlip(word.toLowerCase(), lower));
    const names = close.slice(0, maxSuggestions).map(({ name }) => name);
    return names.length > 0 ? [`Did you mean ${names.join(" or ")} by "${word}"?`] : [];
  });
  return meant.length > 0 ? meant : [`There are: ${index.schema.tables.map(({ name }) => name).join(", ")}.`];
}

/** One slip in a short word, two in a long one; hardly ever in both of the first letters. */
function isSlip(word: string, name: string): boolean {
  if (word.length < 4 || Math.abs(word.length - name.length) > 2 || (word[0] !== name[0] && word[1] !== name[1]))
    return false;
  const most = word.length < 8 ? 1 : 2;
  return editDistance(word, name, most) <= most;
}
