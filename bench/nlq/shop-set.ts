import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const directory = join(import.meta.dirname, "shop");

/** Questions about times are asked at this moment. */
export const shopNow = new Date("2025-06-30T00:00:00Z");

export interface ShopQuestion {
  topic: string;
  question: string;
  /** What was asked just before, where the question follows up on that. */
  before?: string;
  /** In PostgreSQL's dialect. Its rows are the answer; of its columns an answer may have more. */
  gold: string;
  /** Kept aside: not looked at while the engine is worked on. */
  heldOut: boolean;
}

/**
 * The questions about the sample shop: in each file, blank lines part queries, and comments right above a query are questions
 * that it answers. `before >> question` follows up on another question.
 */
export function readShopSet(): ShopQuestion[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .flatMap(readTopic);
}

const readTopic = (file: string) => readQuestions(join(directory, file));

/** The questions of one file of that form. */
export function readQuestions(path: string): ShopQuestion[] {
  return readFileSync(path, "utf8")
    .split(/\n{2,}/)
    .flatMap((block) => {
      const lines = block.split("\n").filter((line) => line.trim() !== "");
      const asked = lines.filter((line) => line.startsWith("--")).map((line) => line.slice(2).trim());
      const gold = lines
        .filter((line) => !line.startsWith("--"))
        .join("\n")
        .replace(/;$/, "");
      return gold === ""
        ? []
        : asked.map((text) => ({ topic: basename(path, ".sql"), ...partsOf(text), gold, heldOut: isHeldOut(gold) }));
    });
}

function partsOf(text: string): Pick<ShopQuestion, "question" | "before"> {
  const [first, second] = text.split(" >> ");
  return second === undefined ? { question: first! } : { question: second, before: first! };
}

/** Two of five queries, with all of the questions that they answer: by their text, so that it never changes. */
const isHeldOut = (gold: string) => createHash("sha256").update(gold).digest()[0]! % 5 < 2;
