import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const directory = join(import.meta.dirname, "shop");

/** The time at which the questions are asked. */
export const shopNow = new Date("2025-06-30T00:00:00Z");

export interface ShopQuestion {
  topic: string;
  question: string;
  /** The previous question, for a follow-up. */
  before?: string;
  /** The gold query in PostgreSQL's dialect. Its rows are the answer; an answer may have more columns. */
  gold: string;
  /** Whether the question is held out, which means that nobody looks at it during the work on the engine. */
  heldOut: boolean;
}

/**
 * Reads the questions about the sample shop: blank lines separate queries, and the comments above a query are questions
 * that it answers. `before >> question` is a follow-up.
 */
export function readShopSet(): ShopQuestion[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .flatMap(readTopic);
}

const readTopic = (file: string) => readQuestions(join(directory, file));

/** Reads the questions of one file in that form. */
export function readQuestions(path: string): ShopQuestion[] {
  return readFileSync(path, "utf8")
    .split(/\n{2,}/)
    .flatMap((block) => {
      const lines = block.split("\n").filter((line) => line.trim() !== "");
      const comments = lines.filter((line) => line.startsWith("--")).map((line) => line.slice(2).trim());
      const gold = lines
        .filter((line) => !line.startsWith("--"))
        .join("\n")
        .replace(/;$/, "");
      return gold === ""
        ? []
        : comments.map((text) => ({ topic: basename(path, ".sql"), ...partsOf(text), gold, heldOut: isHeldOut(gold) }));
    });
}

function partsOf(text: string): Pick<ShopQuestion, "question" | "before"> {
  const [first, second] = text.split(" >> ");
  return second === undefined ? { question: first! } : { question: second, before: first! };
}

/**
 * Holds out two of five queries with all their questions, by the digest of their text, so that the choice never
 * changes.
 */
const isHeldOut = (gold: string) => createHash("sha256").update(gold).digest()[0]! % 5 < 2;
