/** Starts what a test needs; where that cannot be, says why and skips. @param timeoutMs for all that the hook or test does */
export async function orSkip<T extends object>(
  context: Mocha.Context,
  tryStart: () => Promise<T | string>,
  timeoutMs: number,
): Promise<T> {
  context.timeout(timeoutMs);
  const started = await tryStart();
  if (typeof started !== "string") return started;
  console.log(`      skipped: ${started}`);
  return context.skip();
}
