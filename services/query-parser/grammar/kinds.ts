import type { Draft, Filter, Name } from "../draft.ts";
import type { ValueMatch } from "../schema-index.ts";
import type { Scanner } from "../scanner.ts";
import { attempt } from "./rule.ts";

/** A table, also with values before it that say which of its rows: "orders", "shipped or delivered orders". */
export function takeKindOf(scanner: Scanner, draft: Draft): Name | undefined {
  const table = scanner.takeTable();
  if (table) return table;
  const { at } = scanner;
  return attempt(scanner, () => {
    const choices = takeChoices(scanner, () => scanner.takeBareValue());
    const words = scanner.said(at);
    const kind = choices.length > 0 ? scanner.takeTable() : undefined;
    const filter: Filter = { kind: "value", choices, negated: false, words, at };
    if (kind) draft.filters.push(filter);
    return kind;
  });
}

/** One value, or several of the same column with "or", "and" or commas between them. */
export function takeChoices(scanner: Scanner, takeOne: () => ValueMatch[] | undefined): ValueMatch[][] {
  const choices: ValueMatch[][] = [];
  const take = () => {
    const values = takeOne() ?? [];
    const common = values.filter(({ column }) => choices.every((choice) => choice.some((each) => each.column === column)));
    return common.length > 0 ? common : undefined;
  };
  let values = attempt(scanner, take);
  while (values) {
    choices.push(values);
    values = attempt(scanner, () => {
      if (!scanner.takeWord("or", "and", ",", "nor")) return undefined;
      scanner.takeWord("or", "and");
      scanner.takeWord("in", "from", "of");
      return take();
    });
  }
  return choices;
}
