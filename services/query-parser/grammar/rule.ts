import type { Draft } from "../draft.ts";
import type { Scanner } from "../scanner.ts";

/**
 * One way in which a question can go on. True when it took words and noted what they mean; when false, the draft is as
 * it was, and the scanner is put back by `attempt`.
 */
export type Rule = (scanner: Scanner, draft: Draft) => boolean;

/** Takes what `take` takes, or nothing at all. */
export function attempt<T>(scanner: Scanner, take: () => T | undefined): T | undefined {
  const from = scanner.at;
  const result = take();
  if (result === undefined || result === false) scanner.at = from;
  return result;
}
