/** Two typos are corrected in words of at closest this length, one in words of at closest {@link minLength}, none below. */
const minLengthForTwo = 8;
const minLength = 5;

/** Finds the one known word that is within one typo of an unknown word, or two if it is long; undefined if several are. */
export function correctSpelling(word: string, vocabulary: Iterable<string>): string | undefined {
  if (word.length < minLength) return undefined;
  const maxTypos = word.length < minLengthForTwo ? 1 : 2;
  let found: string | undefined;
  let closest = maxTypos + 1;
  for (const known of vocabulary) {
    if (
      known.length < minLength - 1 ||
      Math.abs(known.length - word.length) > maxTypos ||
      (known[0] !== word[0] && known[1] !== word[1])
    )
      continue;
    const distance = editDistance(word, known, maxTypos);
    if (distance < closest) [found, closest] = [known, distance];
    else if (distance === closest && known !== found) found = undefined;
  }
  return found;
}

/**
 * Counts the characters to insert, delete, change or swap with their neighbour (optimal string alignment, a form of the
 * Damerau-Levenshtein distance); `maxDistance + 1` if there are more.
 */
export function editDistance(a: string, b: string, maxDistance: number): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      next.push(cost);
    }
    if (Math.min(...next) > maxDistance) return maxDistance + 1;
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
