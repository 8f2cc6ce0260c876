import type { Column, Table } from "@chatdb/contracts/query.ts";
import { kindOf, type ColumnKind } from "../column-kind.ts";
import type { Days, Predicate } from "../grammar/frame.ts";
import { wordsOfName } from "../language/tokens.ts";

interface TableColumn {
  table: Table;
  column: Column;
}

/** Matches names of columns that store a year as a number. */
export const isYear = (column: Column) => kindOf(column) === "number" && wordsOfName(column.name).includes("year");

/** Matches names of text columns whose values look like numbers. */
const holdsNumbers = ({ name }: Column) =>
  wordsOfName(name).some((word) =>
    ["id", "code", "number", "no", "num", "zip", "postcode", "phone", "telephone", "version", "room"].includes(word),
  );

/** Decides which columns can have a condition of this kind. */
export function canHave(predicate: Predicate): (found: TableColumn) => boolean {
  const kinds: Partial<Record<Predicate["kind"], ColumnKind[]>> = {
    truth: ["boolean"],
    measured: ["number"],
    between: ["number"],
  };
  switch (predicate.kind) {
    case "number":
      return ({ column }) =>
        kindOf(column) === "number" ||
        ((predicate.op === "=" || predicate.op === "<>") &&
          kindOf(column) === "text" &&
          (column.samples?.includes(String(predicate.value)) ?? holdsNumbers(column)));
    case "value":
      return ({ column }) => predicate.choices.every(({ values }) => values.some((each) => each.column === column));
    case "text":
      return ({ column }) =>
        kindOf(column) === "text" ||
        ((predicate.op === "=" || predicate.op === "<>") &&
          predicate.texts.every(
            (text) =>
              kindOf(column) === "other" || (kindOf(column) === "number" && text !== "" && !Number.isNaN(Number(text))),
          ));
    case "time":
      return ({ column }) =>
        kindOf(column) === "time" || isYear(column) || (kindOf(column) === "number" && isWholeYears(predicate.days));
    case "frequent":
      return () => true;
    case "missing":
      return ({ column }) => column.nullable;
    case "truth":
    case "measured":
    case "between":
      return ({ column }) =>
        kinds[predicate.kind]!.includes(kindOf(column)) ||
        (predicate.kind === "truth" && (column.samples?.length ?? 9) <= 3);
  }
}

const isWholeYears = ({ start, end }: Days) => start.endsWith("-01-01") && end.endsWith("-01-01");
