/** Letters and digits, at least two in a row, as in scikit-learn's default token_pattern. */
const word = /[\p{L}\p{N}]{2,}/gu;

/** The words of a text in lower case, and each two that follow one another, joined by a space. */
export function termsOf(text: string): string[] {
  const words = text.normalize("NFKC").toLowerCase().match(word) ?? [];
  return [...words, ...words.slice(1).map((each, before) => `${words[before]!} ${each}`)];
}

/** The terms of a text that are known: their places, and how much each counts. */
export interface WeighedTerms {
  places: Uint32Array;
  weights: Float64Array;
}

/**
 * Makes what weighs the terms of a text: by how often the text has them times how rare they are, scaled to length 1 in all
 * (tf-idf with cosine normalisation: Salton and Buckley, Term-weighting approaches in automatic text retrieval, 1988; scikit-learn's TfidfVectorizer).
 */
export function createWeigher(terms: readonly string[], rarity: readonly number[]): (text: string) => WeighedTerms {
  const placeOf = new Map(terms.map((term, place) => [term, place]));
  return (text) => {
    const counts = new Map<number, number>();
    for (const term of termsOf(text)) {
      const place = placeOf.get(term);
      if (place !== undefined) counts.set(place, (counts.get(place) ?? 0) + 1);
    }
    const places = Uint32Array.from(counts.keys());
    const weights = Float64Array.from(places, (place) => counts.get(place)! * rarity[place]!);
    const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight ** 2, 0)) || 1;
    return { places, weights: weights.map((weight) => weight / length) };
  };
}

/** ln((1 + texts) / (1 + texts with the term)) + 1, as in scikit-learn's TfidfTransformer: as if one more text had every term. */
export const rarityOf = (texts: number, withTerm: number) => Math.log((1 + texts) / (1 + withTerm)) + 1;
