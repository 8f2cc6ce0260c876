import type { Draft, Name } from "../draft.ts";
import { distincts, tops } from "../lexicon.ts";
import type { Rule } from "./rule.ts";

/** "customers": the first table is what the question is about, the others belong to it. */
export const table: Rule = (scanner, draft) => {
  // "customers and orders" are two questions.
  const joined = ["and", "or", ","].includes(scanner.words[scanner.at - 1] ?? "");
  // "orders by customers"
  if (draft.head) scanner.takeWord("by");
  const name = scanner.takeTable();
  if (!name || (joined && draft.head)) return false;
  noteTable(draft, name);
  return true;
};

export function noteTable(draft: Draft, name: Name): void {
  if (draft.head) draft.others.push(name);
  else draft.head = name;
}

/** "names and emails (of customers)", "customer names", "different countries". */
export const projection: Rule = (scanner, draft) => {
  const distinct = scanner.takePhrase(distincts) ?? false;
  const name = scanner.takeColumn();
  if (!name || draft.measures.length > 0 || tops.match(scanner.words, scanner.at)) return false;
  // Once it is clear what the question is about, a column has to say what it is there for.
  const goesOn = draft.projections.length > 0 && ["and", ","].includes(scanner.words[name.at - 1] ?? "");
  if ((draft.head || draft.projections.length > 0) && !goesOn) return false;
  // What is the name of a table and of a column elsewhere is the table: "airlines", not the airline of a flight.
  if (!goesOn && !name.qualifier && scanner.index.nameAt(scanner.tokens, name.at)?.tables.some(({ exact }) => exact)) return false;
  draft.head ??= name.qualifier;
  draft.projections.push(name);
  draft.distinct ||= distinct;
  return true;
};
