import { Refusal } from "../refusal.ts";

/** Returns the results of a function, or none if it throws a Refusal. */
export function unlessRefused<T>(make: () => readonly T[]): readonly T[] {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}
