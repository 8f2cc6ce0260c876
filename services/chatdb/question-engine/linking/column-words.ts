import type { Column, Table } from "@chatdb/contracts/query.ts";
import { writtenOut } from "../language/synonyms.ts";
import { singular, wordsOfName } from "../language/tokens.ts";

/** Prefixes that say what kind of thing a table is, not what it holds. */
export const tablePrefixes = new Set(["tbl", "t", "dim", "fact", "fct", "vw", "v", "stg", "ref"]);

/** `customer_name` of `customers` is its name. */
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
 * `stu` and `cust` of students and customers, `crs` of courses: letters of the word in their order, its first one
 * first.
 */
function isShortFor(short: string, word: string): boolean {
  if (short.length > 4 || short[0] !== word[0]) return false;
  let at = 0;
  for (const letter of word) if (letter === short[at]) at++;
  return at === short.length;
}

/** What ends the name of a column right after the first letter of its table: `bname` of banks. */
const fused = /^(\p{L})(name|type|code|title|address)$/u;

/** `bname` of banks reads as two words. */
export function apart(words: readonly string[], table: Table): string[] {
  const initials = wordsOfName(table.name).map((word) => word[0]);
  return words.flatMap((word) => {
    const [, letter, rest] = fused.exec(word) ?? [];
    return letter && rest && words.length === 1 && initials.includes(letter) && writtenOut([word]).length === 1
      ? [letter, rest]
      : [word];
  });
}

/** The columns of a person's first and last name, in a table that has both. */
export function nameParts({ columns }: Table): [first: Column, last: Column] | undefined {
  const find = (...ends: string[]) =>
    columns.find(({ name, comment }) =>
      [name, comment ?? ""].some((each) => ends.some((end) => writtenOut(wordsOfName(each)).join(" ").endsWith(end))),
    );
  const [first, last] = [find("first name", "given name", "name first"), find("last name", "family name", "name last")];
  return first && last && first !== last ? [first, last] : undefined;
}
