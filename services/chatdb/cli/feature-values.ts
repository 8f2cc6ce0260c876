import type { ModelSchema } from "@chatdb/contracts/predictions.ts";

/**
 * Converts texts to the values that a model's features take. An empty text counts as missing; a text that is no number
 * where one is needed stays as it is, for the service to refuse.
 */
export function featureValues(texts: Record<string, string>, { features }: ModelSchema): Record<string, unknown> {
  return Object.fromEntries(
    features.flatMap(({ name, kind }) => {
      const text = texts[name];
      if (text === undefined || text === "") return [];
      return [[name, kind === "number" && !Number.isNaN(Number(text)) ? Number(text) : text]];
    }),
  );
}
