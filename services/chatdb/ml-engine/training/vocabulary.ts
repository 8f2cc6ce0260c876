import { rarityOf, termsOf } from "@chatdb/ml-model/terms.ts";
import { placesOf, unwatched, type Watch } from "./watch.ts";

export interface Vocabulary {
  /** Sorted terms. */
  terms: string[];
  rarity: number[];
}

/**
 * Upper limit of terms counted at once: beyond it those seen once are dropped (lossy counting, Manku and Motwani,
 * 2002).
 */
const maxCountedTerms = 2 ** 19;

/** Learns the terms that most texts have, at most `maxTerms`; ties are broken by name. */
export function learnVocabulary(
  texts: readonly string[],
  maxTerms: number,
  watch: Pick<Watch, "progress"> = unwatched,
): Vocabulary {
  const counts = new Map<string, number>();
  for (const place of placesOf(texts.length, watch, "counting the words of texts")) {
    for (const term of new Set(termsOf(texts[place]!))) counts.set(term, (counts.get(term) ?? 0) + 1);
    if (counts.size > maxCountedTerms) for (const [term, count] of counts) if (count === 1) counts.delete(term);
  }
  const byFrequency = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const kept = byFrequency.slice(0, maxTerms).sort(([a], [b]) => (a < b ? -1 : 1));
  return { terms: kept.map(([term]) => term), rarity: kept.map(([, count]) => rarityOf(texts.length, count)) };
}
