import type { Draft, Measure, Name } from "../draft.ts";
import { aggregates, counts, distincts, extremes, groupings } from "../lexicon.ts";
import type { Scanner } from "../scanner.ts";
import { takeKindOf } from "./kinds.ts";
import { attempt, type Rule } from "./rule.ts";

/** "how many customers", "number of different countries", "average price", "total stock", "total orders". */
export function takeMeasure(scanner: Scanner, draft: Draft): Measure | undefined {
  return attempt(scanner, () => takeCount(scanner, draft)) ?? attempt(scanner, () => takeAggregates(scanner))?.[0];
}

function takeCount(scanner: Scanner, draft: Draft): Measure | undefined {
  if (!scanner.takePhrase(counts)) return undefined;
  scanner.takeArticles();
  const distinct = scanner.takePhrase(distincts) ?? false;
  // "how many customers created in May": the customers are counted, whatever stands after them.
  const conditions = draft.filters.length;
  const of = takeKindOf(scanner, draft) ?? scanner.takeColumn();
  return of && { fn: "count", of, distinct, narrowed: draft.filters.length > conditions };
}

/** "average price", "minimum and maximum price". */
function takeAggregates(scanner: Scanner): Measure[] | undefined {
  const fns: Measure["fn"][] = [];
  let fn = scanner.takePhrase(aggregates);
  while (fn) {
    fns.push(fn);
    fn = attempt(scanner, () => {
      scanner.takeWord(",");
      scanner.takeWord("and");
      return scanner.takePhrase(aggregates);
    });
  }
  if (fns.length === 0) return undefined;
  scanner.takeArticles();
  const name = scanner.takeColumn();
  if (name) return fns.map((each) => ({ fn: each, of: { kind: "name", name }, distinct: false }));
  const table = fns.length === 1 && fns[0] === "sum" ? scanner.takeTable() : undefined;
  return table && [{ fn: "count", of: table, distinct: false }];
}

export const measure: Rule = (scanner, draft) => {
  const one = attempt(scanner, () => takeCount(scanner, draft)) ?? attempt(scanner, () => takeExtreme(scanner, draft));
  const taken = one ? [one] : (attempt(scanner, () => takeAggregates(scanner)) ?? []);
  draft.measures.push(...taken);
  return taken.length > 0;
};

/** "the highest price", unless it says which of the things named before it is meant: "the product with the highest price". */
function takeExtreme(scanner: Scanner, draft: Draft): Measure | undefined {
  if (draft.head || draft.projections.length > 0) return undefined;
  const direction = scanner.takePhrase(extremes);
  scanner.takeArticles();
  const name = direction && scanner.takeColumn();
  return name && { fn: direction === "desc" ? "max" : "min", of: { kind: "name", name }, distinct: false };
}

/** "per country", "for each category", "by status and country". */
export const grouping: Rule = (scanner, draft) => {
  if (!scanner.takePhrase(groupings)) {
    // "by" groups what is computed; else it sorts, or says by what the top ones are chosen.
    if (draft.measures.length === 0 || (draft.rank && draft.orders.length === 0) || !scanner.takeWord("by")) return false;
  }
  const groups = takeGroups(scanner);
  draft.groups.push(...groups);
  return groups.length > 0;
};

function takeGroups(scanner: Scanner): Name[] {
  scanner.takeArticles();
  const groups: Name[] = [];
  let name = scanner.takeName();
  while (name) {
    groups.push(name);
    name = attempt(scanner, () => takeFurtherGroup(scanner, groups.at(-1)!));
  }
  return groups;
}

/** "and city", "and its name": the latter of the thing before it. */
function takeFurtherGroup(scanner: Scanner, before: Name): Name | undefined {
  if (!scanner.takeWord("and", ",")) return undefined;
  scanner.takeWord("and");
  scanner.takePhrase(groupings);
  const possessive = scanner.takeWord("its", "their");
  scanner.takeArticles();
  const name = scanner.takeName();
  if (!name || !possessive) return name;
  const columns = name.columns.filter(({ table }) => before.tables.some((each) => each.table === table));
  return columns.length > 0 ? { ...name, columns, tables: [] } : undefined;
}
