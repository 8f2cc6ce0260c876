import type { Column, Table } from "@chatdb/contracts/query.ts";
import { expandAbbreviations } from "../language/synonyms.ts";
import { singular, wordsOfName } from "../language/tokens.ts";

/** Table name prefixes that give the kind of the table, not its content. */
export const tablePrefixes = new Set(["tbl", "t", "dim", "fact", "fct", "vw", "v", "stg", "ref"]);

/** Drops the table's name from a column's: `customer_name` of `customers` is the name. */
export function withoutTable(words: string[], table: Table): string[] {
  const name = wordsOfName(table.name).map(singular);
  const own = name.length > 1 && tablePrefixes.has(name[0]!) ? name.slice(1) : name;
  for (const prefix of [own, own.slice(-1), own.slice(0, 1)]) {
    if (words.length > prefix.length && prefix.every((word, index) => words[index] === word))
      return words.slice(prefix.length);
  }
  return words.length > 1 && own.some((word) => isShortFor(words[0]!, word)) ? words.slice(1) : words;
}

/**
 * Accepts abbreviations such as `stu` of students and `crs` of courses: letters of the word in order, the first one
 * first.
 */
function isShortFor(short: string, word: string): boolean {
  if (short.length > 4 || short[0] !== word[0]) return false;
  let at = 0;
  for (const letter of word) if (letter === short[at]) at++;
  return at === short.length;
}

/** Endings of column names that follow the first letter of the table: `bname` of banks. */
const fused = /^(\p{L})(name|type|code|title|address)$/u;

/** Splits `bname` of banks into two words. */
export function splitFusedName(words: readonly string[], table: Table): string[] {
  const initials = wordsOfName(table.name).map((word) => word[0]);
  return words.flatMap((word) => {
    const [, letter, rest] = fused.exec(word) ?? [];
    return letter && rest && words.length === 1 && initials.includes(letter) && expandAbbreviations([word]).length === 1
      ? [letter, rest]
      : [word];
  });
}

/** Finds the columns of first and last name in a table that has both. */
export function nameParts({ columns }: Table): [first: Column, last: Column] | undefined {
  const find = (...ends: string[]) =>
    columns.find(({ name, comment }) =>
      [name, comment ?? ""].some((each) =>
        ends.some((end) => expandAbbreviations(wordsOfName(each)).join(" ").endsWith(end)),
      ),
    );
  const [first, last] = [find("first name", "given name", "name first"), find("last name", "family name", "name last")];
  return first && last && first !== last ? [first, last] : undefined;
}
