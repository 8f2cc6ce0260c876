/* What mocha requires in every process that runs tests, whichever the tier. */
import { appendFileSync, readFileSync } from "node:fs";
import fc from "fast-check";

/** A slow machine tries a property for this long, in ms, and less often. */
const propertyTimeMs = 30_000;
/** A property that was cut off sooner has shown nothing. */
const minRuns = 5;

fc.configureGlobal({
  interruptAfterTimeLimit: propertyTimeMs,
  markInterruptAsFailure: false,
  reporter: (details) => {
    if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
    if (details.interrupted && details.numRuns < minRuns)
      throw new Error(`The property was tried ${details.numRuns} times within ${propertyTimeMs} ms.`);
  },
});

/** Where the CPU time of each test is noted, for the reporter, which is in another process. */
const file = process.env.TEST_CPU_FILE;

/** CPU time of this process, its threads and the children that have ended, in ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + childrenMs();
}

/** Of the children alone; Linux counts it in ticks of 10 ms. */
function childrenMs(): number {
  if (process.platform !== "linux") return 0;
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

let before = 0;

export const mochaHooks =
  file === undefined
    ? {}
    : {
        beforeEach: () => {
          before = cpuMs();
        },
        afterEach(this: Mocha.Context) {
          const cpu = Math.round(cpuMs() - before);
          if (cpu >= 100) appendFileSync(file, `${JSON.stringify([this.currentTest!.fullTitle(), cpu])}\n`);
        },
      };
