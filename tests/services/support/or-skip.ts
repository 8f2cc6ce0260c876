/** Starts what a test needs, or prints why it cannot and skips the test. @param timeoutMs of the whole hook or test */
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
