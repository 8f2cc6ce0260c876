import { Refusal } from "../refusal.ts";

/** What is made, or nothing where that is refused. */
export function unlessRefused<T>(make: () => readonly T[]): readonly T[] {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}
