/** Two or more letters or digits, as in scikit-learn's default token_pattern. */
const word = /[\p{L}\p{N}]{2,}/gu;

/** Returns the words of a text in lower case, and each pair of adjacent ones joined by a space. */
export function termsOf(text: string): string[] {
  const words = text.normalize("NFKC").toLowerCase().match(word) ?? [];
  return [...words, ...words.slice(1).map((each, before) => `${words[before]!} ${each}`)];
}

/** The known terms of a text: their indices and weights. */
export interface WeighedTerms {
  places: Uint32Array;
  weights: Float64Array;
}

/**
 * Creates a function that weighs the terms of a text by tf-idf with cosine normalisation (Salton and Buckley,
 * Term-weighting approaches in automatic text retrieval, 1988; scikit-learn's TfidfVectorizer).
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

/**
 * Inverse document frequency: ln((1 + texts) / (1 + texts with the term)) + 1, smoothed as in scikit-learn's
 * TfidfTransformer.
 */
export const rarityOf = (texts: number, withTerm: number) => Math.log((1 + texts) / (1 + withTerm)) + 1;
