import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { createRandom, type Random } from "@chatdb/sample-data/random.ts";
import { singular } from "./schema.ts";

/** What a question can name of one table. */
interface Named {
  many: string;
  one: string;
  number: string;
  text: string;
  value: string;
  /** A table that refers to it, else itself. */
  children: string;
}

const templates: ((named: Named, random: Random) => string)[] = [
  ({ many }) => `How many ${many} are there?`,
  ({ many, value }) => `how many ${many} are ${value}`,
  ({ many, text, value }) => `Show all ${many} whose ${text} is ${value}`,
  ({ many, text, value, number }) => `names and ${number} of the ${many} with ${text} ${value} or no ${text}`,
  ({ many, number }) => `What is the average ${number} of ${many}?`,
  ({ many, number, text }) => `total ${number} of ${many} per ${text}, highest first`,
  ({ many, number }, random) => `top ${random.integer(3, 20)} ${many} by ${number}`,
  ({ one, number }) => `Which ${one} has the highest ${number}?`,
  ({ many, number }, random) =>
    `${many} with a ${number} between ${random.integer(1, 50)} and ${random.integer(51, 500)}`,
  ({ one, children }) => `number of ${children} per ${one}`,
  ({ many, children }) => `Which ${many} have no ${children}?`,
  ({ many, children }, random) => `${many} with more than ${random.integer(2, 9)} ${children}`,
  ({ many, number }) => `${many} whose ${number} is above the average ${number}`,
  ({ many }) => `${many} created in the last 30 days`,
  ({ many, number }) => `monthly ${number} of ${many} in 2024`,
  ({ one, children, number, text, value }) =>
    `the ${one} with the largest total ${number} of ${children} where ${text} is not ${value} since March 2024`,
  ({ many, value }) => `pls list evry ${many.slice(0, -2)}${many.at(-1)} in ${value} sorted by nmae`,
  ({ many }) => `why do ${many} zorgle the flimsy quandary of yesterday`,
];

/** Questions that people could ask of the schema, one in nine of them misspelt or none that a query answers. */
export function questionsOn(schema: DatabaseSchema, count: number, seed = 1): string[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index) =>
    templates[index % templates.length]!(namedOf(random.pick(schema.tables), schema, random), random),
  );
}

function namedOf(table: Table, schema: DatabaseSchema, random: Random): Named {
  const said = (name: string) => name.replaceAll("_", " ");
  const columns = (test: (column: Column) => boolean) => table.columns.filter(test);
  const text = random.pick(columns(({ samples }) => samples !== undefined));
  const children = schema.tables.filter(({ foreignKeys }) => foreignKeys.some((key) => key.table === table.name));
  return {
    many: said(table.name),
    one: said(singular(table.name)),
    number: random.pick(columns(({ type }) => type.startsWith("numeric"))).name,
    text: text.name,
    value: random.pick(text.samples!),
    children: said((children.length > 0 ? random.pick(children) : table).name),
  };
}
