import { plural, wordsOfName } from "../../language/tokens.ts";

/** Splits a name of the schema into words: `unit_price` becomes "unit price". */
export const nameInWords = (name: string) => wordsOfName(name).join(" ") || name;

/** "a", "a and b", "a, b and c". */
export function list(parts: readonly string[], word = "and"): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} ${word} ${parts.at(-1)!}`;
}

/**
 * Puts the name of a column into the plural: "prices", "months of ordered at". A name that ends in a preposition has no
 * plural.
 */
export const pluralOf = (name: string) =>
  name.replace(/^.+?(?= of |$)/, (noun) => (/ (at|by|from|in|on|to)$/.test(noun) ? noun : plural(noun)));

export const quoted = (value: string | number | boolean) => (typeof value === "string" ? `"${value}"` : String(value));

const ordinals = new Intl.PluralRules("en", { type: "ordinal" });

/** "second" for 2, "11th" for 11. */
export function ordinal(number: number): string {
  const word = ["first", "second", "third"][number - 1];
  if (word) return word;
  const endings: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };
  return `${number}${endings[ordinals.select(number)] ?? "th"}`;
}
