import { chromium, type Browser } from "playwright-core";
import { programOf } from "./child-server.ts";

/** Starts a headless Chromium; skips the test if none is installed. */
export async function startBrowser(context: Mocha.Context): Promise<Browser> {
  context.timeout(60_000);
  const executablePath = programOf("chromium", "google-chrome");
  if (executablePath !== undefined)
    return await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
  console.log("      skipped: Chromium is not installed (Debian's package chromium)");
  return context.skip();
}
