import { Problem } from "@platform/kit/problem.ts";
import { LRUCache } from "lru-cache";
import type { StatementCheck } from "./driver.ts";

/** The cache holds statements of so many characters in all. */
const maxSize = 4_000_000;

/** Caches the result of `check` by the statement's text, since people ask the same again with other values. */
export function cacheChecks(check: (text: string) => StatementCheck): (text: string) => StatementCheck {
  const results = new LRUCache<string, StatementCheck | Problem>({
    maxSize,
    sizeCalculation: (_result, text) => text.length + 100,
  });
  return (text) => {
    let result = results.get(text);
    if (result === undefined) results.set(text, (result = resultOf(check, text)));
    if (result instanceof Problem) throw new Problem(result.type, result.message, result.extra);
    return result;
  };
}

function resultOf(check: (text: string) => StatementCheck, text: string): StatementCheck | Problem {
  try {
    return check(text);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
