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
  if (word.length < 4 || Math.abs(word.length - name.length) > 2 || (word[0] !== name[0] && word[1] !== name[1])) return false;
  return editDistance(word, name) <= (word.length < 8 ? 1 : 2);
}

/** How many characters to insert, delete, change or swap with their neighbour (Damerau and Levenshtein, adjacent swaps once). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, rows[i - 2]![j - 2]! + 1);
      row.push(cost);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
