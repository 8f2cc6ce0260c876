import { setTimeout as delay } from "node:timers/promises";

/** Waits for a condition, checked every few ms; fails with what was waited for after `withinMs`. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await delay(5);
  }
}
