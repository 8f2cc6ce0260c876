import type { Random } from "@chatdb/sample-data/random.ts";
import type { ColumnFacts, ValueDomain } from "./column-facts.ts";
import type { Comparison } from "./gold-query.ts";
import { pseudoName, pseudoWord } from "./pseudo-words.ts";

export type Value = string | number | null;

/** Generates the values of one domain, which columns with common values share. */
export interface ValueSource {
  /** Picks a value; values may repeat often. */
  any(): Value;
  /** Picks one of many values, so that duplicates are rare. */
  rare(): Value;
  /** Picks a value that meets the conditions, if the search finds one quickly. */
  meeting(conditions: readonly Comparison[]): Value;
}

const day = 86_400_000;
const iso = (time: number, type: "date" | "timestamp") => {
  const text = new Date(time).toISOString();
  return type === "date" ? text.slice(0, 10) : text.slice(0, 19).replace("T", " ");
};

export function valuesOf({ domain, column, roles }: ColumnFacts, random: Random): ValueSource {
  if (domain.type === "text") return textValues(domain, column.name, random);
  if (domain.type === "date" || domain.type === "timestamp") return timeValues(domain, domain.type, random);
  if (domain.type === "boolean") return booleanValues(random);
  return numberValues(domain, column.name, roles.has("grouped") || roles.has("category"), random);
}

function booleanValues(random: Random): ValueSource {
  const any = () => random.integer(0, 1);
  return {
    any,
    rare: any,
    meeting: (conditions) =>
      conditions.filter(({ op }) => op === "=").map(({ values }) => Number(values[0]))[0] ?? any(),
  };
}

/** One in seven values is a literal or its neighbour, so that each bound has values below, at and above it. */
const nearShare = 1 / 7;

function numberValues(domain: ValueDomain, name: string, grouped: boolean, random: Random): ValueSource {
  const literals = domain.literals.map(Number);
  const whole = domain.type !== "numeric";
  const round = (value: number) => (whole ? Math.round(value) : Math.round(value * 100) / 100);
  const [low, high] = rangeOf(literals, name);
  const spread = () => round(low + random.next() * (high - low));
  const common = grouped ? [...literals, ...Array.from({ length: 6 }, spread)] : undefined;
  const near = () => random.pick(literals) + random.pick([-1, 0, 0, 1]);
  const any = () =>
    common ? random.pick(common) : literals.length > 0 && random.next() < nearShare ? near() : spread();
  const meeting = (conditions: readonly Comparison[]) => {
    const tests = conditions.map((each) => (value: Value) => meets(value, each));
    const exact = conditions.find(({ op, missed }) => !missed && (op === "=" || op === "in" || op === "between"));
    const steps = conditions
      .flatMap(({ values }) => values.map(Number))
      .flatMap((value) => [value + 1, value - 1, value]);
    const candidates = [
      ...(exact ? [random.pick(exact.values.map(Number))] : []),
      ...shuffled(steps, random),
      ...Array.from({ length: 10 }, any),
    ];
    return candidates.find((value) => tests.every((test) => test(value))) ?? any();
  };
  return { any, rare: spread, meeting };
}

function rangeOf(literals: readonly number[], name: string): [number, number] {
  const low = Math.min(...literals);
  const high = Math.max(...literals);
  const years = literals.length === 0 ? /year|founded|built|opening/i.test(name) : low > 1700 && high < 2100;
  if (years) return literals.length === 0 ? [1970, 2020] : [low - 12, high + 12];
  if (literals.length === 0) return /\bage\b|^age/i.test(name) ? [18, 80] : [1, 1000];
  const reach = Math.max(high - low, Math.abs(high) * 0.6, 12);
  return [low >= 0 ? Math.max(0, low - reach) : low - reach, high + reach];
}

function timeValues(domain: ValueDomain, type: "date" | "timestamp", random: Random): ValueSource {
  const times = domain.literals.map((value) =>
    Date.parse(`${String(value).replace(" ", "T")}${String(value).length > 10 ? "Z" : ""}`),
  );
  const low = times.length > 0 ? Math.min(...times) - 400 * day : Date.UTC(2008, 0, 1);
  const high = times.length > 0 ? Math.max(...times) + 400 * day : Date.UTC(2020, 11, 31);
  const second = 1000;
  const spread = () => low + Math.floor((random.next() * (high - low)) / second) * second;
  const near = () => random.pick(times) + random.pick([-day, 0, day]);
  const any = () => iso(times.length > 0 && random.next() < nearShare ? near() : spread(), type);
  const meeting = (conditions: readonly Comparison[]) => {
    const steps = times.flatMap((time) => [time, time + day, time - day]).map((time) => iso(time, type));
    const candidates = [
      ...conditions.flatMap(({ values }) => values.map(String)),
      ...shuffled(steps, random),
      ...Array.from({ length: 10 }, any),
    ];
    return candidates.find((value) => conditions.every((each) => meets(value, each))) ?? any();
  };
  return { any, rare: () => iso(spread(), type), meeting };
}

/** Names of columns whose values rarely repeat. */
const various = /name|title|descri|address|email|phone|url|comment|note|detail|text|line|street|content|theme|model/i;

const opposites: [string, string][] = [
  ["T", "F"],
  ["True", "False"],
  ["Y", "N"],
  ["Yes", "No"],
  ["M", "F"],
  ["Male", "Female"],
  ["1", "0"],
];

function textValues(domain: ValueDomain, name: string, random: Random): ValueSource {
  const literals = domain.literals.map(String);
  const flags = opposites.find(
    (pair) =>
      literals.length > 0 && literals.every((value) => pair.some((each) => each.toLowerCase() === value.toLowerCase())),
  );
  const dated =
    domain.patterns.length === 0 &&
    literals.every((value) => /^\d{4}-\d\d-\d\d/.test(value)) &&
    (literals.length > 0 || /date/i.test(name));
  const liked = () =>
    random
      .pick(domain.patterns)
      .replaceAll("%", () => (random.next() < 0.3 ? "" : pseudoWord(random).toLowerCase()))
      .replaceAll("_", "a");
  const fresh = () => {
    if (dated) return String(timeValues(domain, (literals[0] ?? "").length > 10 ? "timestamp" : "date", random).any());
    if (domain.patterns.length > 0 && random.next() < nearShare) return liked();
    return various.test(name) ? pseudoName(random) : pseudoWord(random);
  };
  const pool = flags
    ? spelledLike(flags, literals)
    : [...literals, ...Array.from({ length: various.test(name) ? 30 : 10 }, fresh)];
  // Some values are frequent and others rare.
  const frequent = shuffled(pool, random);
  const any = () => frequent[Math.floor(frequent.length * random.next() ** 1.4)]!;
  const meeting = (conditions: readonly Comparison[]) => {
    const spelled = conditions.flatMap(({ op, values }) =>
      values.map((value) => (op === "like" ? instance(String(value), random) : canonical(String(value), literals))),
    );
    const candidates = [...shuffled(spelled, random), ...Array.from({ length: 12 }, any), fresh()];
    return candidates.find((value) => conditions.every((each) => meets(value, each))) ?? any();
  };
  return { any, rare: flags ? any : fresh, meeting };
}

const canonical = (value: string, literals: readonly string[]) =>
  literals.find((each) => each.toLowerCase() === value.toLowerCase()) ?? value;

/** Writes the pair in the spelling of the literals. */
function spelledLike(pair: readonly [string, string], literals: readonly string[]): string[] {
  const lower = literals.some((value) => value === value.toLowerCase());
  return pair.map(
    (each) =>
      literals.find((value) => value.toLowerCase() === each.toLowerCase()) ?? (lower ? each.toLowerCase() : each),
  );
}

const instance = (pattern: string, random: Random) =>
  pattern.replaceAll("%", () => (random.next() < 0.3 ? "" : pseudoWord(random).toLowerCase())).replaceAll("_", "a");

export function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, key: random.next() }))
    .sort((left, right) => left.key - right.key)
    .map(({ item }) => item);
}

/** Tells whether the value meets the condition, or misses it if the condition asks for a miss. */
const meets = (value: Value, condition: Comparison) => holds(value, condition) !== (condition.missed ?? false);

/** Compares like SQLite for values of one type; text without case. */
function holds(value: Value, { op, values }: Comparison): boolean {
  if (op === "is null") return value === null;
  if (value === null) return false;
  const like = typeof value === "number";
  const of = (literal: string | number) => (like ? Number(literal) : String(literal).toLowerCase());
  const own = like ? value : value.toLowerCase();
  const [first, second] = values.map(of);
  switch (op) {
    case "=":
      return own === first;
    case "<>":
      return own !== first;
    case "<":
      return own < first!;
    case "<=":
      return own <= first!;
    case ">":
      return own > first!;
    case ">=":
      return own >= first!;
    case "between":
      return own >= first! && own <= second!;
    case "in":
      return values.map(of).includes(own);
    case "not in":
      return !values.map(of).includes(own);
    case "like":
      return likeMatches(String(first), String(own));
    case "not like":
      return !likeMatches(String(first), String(own));
    case "is not null":
      return true;
  }
}

function likeMatches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
    .replaceAll("%", ".*")
    .replaceAll("_", ".");
  return new RegExp(`^${source}$`, "is").test(text);
}
