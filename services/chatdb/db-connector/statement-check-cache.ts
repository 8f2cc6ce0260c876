import { Problem } from "@platform/kit/problem.ts";
import { LRUCache } from "lru-cache";
import type { Checked } from "./driver.ts";

/** Characters of statements that are remembered. */
const maxSize = 4_000_000;

/** A check of a statement's text that is made once for equal texts: people ask the same again, with other values. */
export function checkedOnce(check: (text: string) => Checked): (text: string) => Checked {
  const known = new LRUCache<string, Checked | Problem>({
    maxSize,
    sizeCalculation: (_result, text) => text.length + 100,
  });
  return (text) => {
    let result = known.get(text);
    if (result === undefined) known.set(text, (result = resultOf(check, text)));
    if (result instanceof Problem) throw new Problem(result.status, result.message, result.extra);
    return result;
  };
}

function resultOf(check: (text: string) => Checked, text: string): Checked | Problem {
  try {
    return check(text);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
