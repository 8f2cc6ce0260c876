import { rarityOf, termsOf } from "@chatdb/ml-model/terms.ts";
import { placesOf, unwatched, type Watch } from "./watch.ts";

export interface Vocabulary {
  /** Sorted. */
  terms: string[];
  rarity: number[];
}

/** Terms counted at a time: those seen once make room, so that memory stays bounded (as in Manku and Motwani's lossy counting, 2002). */
const mostCounted = 2 ** 19;

/** The terms that most texts have, at most so many; of equally frequent ones the first by name. */
export function learnVocabulary(
  texts: readonly string[],
  most: number,
  watch: Pick<Watch, "progress"> = unwatched,
): Vocabulary {
  const counts = new Map<string, number>();
  for (const place of placesOf(texts.length, watch, "counting the words of texts")) {
    for (const term of new Set(termsOf(texts[place]!))) counts.set(term, (counts.get(term) ?? 0) + 1);
    if (counts.size > mostCounted) for (const [term, count] of counts) if (count === 1) counts.delete(term);
  }
  const byFrequency = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const kept = byFrequency.slice(0, most).sort(([a], [b]) => (a < b ? -1 : 1));
  return { terms: kept.map(([term]) => term), rarity: kept.map(([, count]) => rarityOf(texts.length, count)) };
}
