/** Two typos are corrected from this length on, one from {@link shortest} on, none below. */
const long = 8;
const shortest = 5;

/** The word that was meant by one that is not known, where there is only one so close: one slip, in a long word two. */
export function corrected(word: string, vocabulary: Iterable<string>): string | undefined {
  if (word.length < shortest) return undefined;
  const most = word.length < long ? 1 : 2;
  let found: string | undefined;
  let least = most + 1;
  for (const known of vocabulary) {
    if (
      known.length < shortest - 1 ||
      Math.abs(known.length - word.length) > most ||
      (known[0] !== word[0] && known[1] !== word[1])
    )
      continue;
    const distance = editDistance(word, known, most);
    if (distance < least) [found, least] = [known, distance];
    else if (distance === least && known !== found) found = undefined;
  }
  return found;
}

/**
 * How many characters to insert, delete, change or swap with their neighbour (Damerau and Levenshtein, adjacent swaps
 * once); `most + 1` where it is more.
 */
export function editDistance(a: string, b: string, most: number): number {
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
    if (Math.min(...next) > most) return most + 1;
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
