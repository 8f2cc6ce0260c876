import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import Mocha from "mocha";

const shown = 10;
/** Nobody looks for a test that took less, ms. */
const minMs = 100;

/** Mocha's own reporter, and at the end the ten slowest tests with what CPU time they took. */
export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const tests: Mocha.Test[] = [];
    runner.on("test end", (test) => tests.push(test));
    runner.once("end", () => printSlowest(tests));
  }
}

function printSlowest(tests: readonly Mocha.Test[]): void {
  const cpu = cpuTimes();
  const slow = tests.filter(({ duration = 0 }) => duration >= minMs);
  const slowest = slow.sort((a, b) => b.duration! - a.duration!).slice(0, shown);
  console.log("  the slowest tests (seconds, of CPU in brackets):");
  for (const test of slowest) {
    const title = test.fullTitle();
    const seconds = (ms = 0) => (ms / 1000).toFixed(1);
    console.log(`  ${seconds(test.duration)} (${seconds(cpu.get(title))})  ${relative("", test.file ?? "")}: ${title}`);
  }
  console.log();
}

/** By full title, in ms. */
function cpuTimes(): Map<string, number> {
  const file = process.env.TEST_CPU_FILE;
  if (file === undefined || !existsSync(file)) return new Map();
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return new Map(lines.filter((line) => line !== "").map((line) => JSON.parse(line) as [string, number]));
}
