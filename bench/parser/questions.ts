import type { Column, DatabaseSchema, Table } from "@chatdb/contracts/query.ts";
import { createRandom, type Random } from "@chatdb/sample-data/random.ts";
import { singular } from "./schema.ts";

/** The words with which a question can refer to a table and its columns. */
interface TableWords {
  plural: string;
  single: string;
  number: string;
  text: string;
  value: string;
  /** A table that refers to this single, or else the table itself. */
  children: string;
}

const templates: ((words: TableWords, random: Random) => string)[] = [
  ({ plural }) => `How many ${plural} are there?`,
  ({ plural, value }) => `how many ${plural} are ${value}`,
  ({ plural, text, value }) => `Show all ${plural} whose ${text} is ${value}`,
  ({ plural, text, value, number }) => `names and ${number} of the ${plural} with ${text} ${value} or no ${text}`,
  ({ plural, number }) => `What is the average ${number} of ${plural}?`,
  ({ plural, number, text }) => `total ${number} of ${plural} per ${text}, highest first`,
  ({ plural, number }, random) => `top ${random.integer(3, 20)} ${plural} by ${number}`,
  ({ single, number }) => `Which ${single} has the highest ${number}?`,
  ({ plural, number }, random) =>
    `${plural} with a ${number} between ${random.integer(1, 50)} and ${random.integer(51, 500)}`,
  ({ single, children }) => `number of ${children} per ${single}`,
  ({ plural, children }) => `Which ${plural} have no ${children}?`,
  ({ plural, children }, random) => `${plural} with more than ${random.integer(2, 9)} ${children}`,
  ({ plural, number }) => `${plural} whose ${number} is above the average ${number}`,
  ({ plural }) => `${plural} created in the last 30 days`,
  ({ plural, number }) => `monthly ${number} of ${plural} in 2024`,
  ({ single, children, number, text, value }) =>
    `the ${single} with the largest total ${number} of ${children} where ${text} is not ${value} since March 2024`,
  ({ plural, value }) => `pls list evry ${plural.slice(0, -2)}${plural.at(-1)} in ${value} sorted by nmae`,
  ({ plural }) => `why do ${plural} zorgle the flimsy quandary of yesterday`,
];

/** Generates questions about the schema; single in nine is misspelled or has no answer. */
export function questionsOn(schema: DatabaseSchema, count: number, seed = 1): string[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index) =>
    templates[index % templates.length]!(wordsFor(random.pick(schema.tables), schema, random), random),
  );
}

function wordsFor(table: Table, schema: DatabaseSchema, random: Random): TableWords {
  const spaced = (name: string) => name.replaceAll("_", " ");
  const columns = (test: (column: Column) => boolean) => table.columns.filter(test);
  const text = random.pick(columns(({ samples }) => samples !== undefined));
  const children = schema.tables.filter(({ foreignKeys }) => foreignKeys.some((key) => key.table === table.name));
  return {
    plural: spaced(table.name),
    single: spaced(singular(table.name)),
    number: random.pick(columns(({ type }) => type.startsWith("numeric"))).name,
    text: text.name,
    value: random.pick(text.samples!),
    children: spaced((children.length > 0 ? random.pick(children) : table).name),
  };
}
