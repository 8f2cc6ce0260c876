/* npm run bench:training: how well and how fast models learn, beside scikit-learn on the same rows. */
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { quantile } from "../figures.ts";
import { compareAccuracy } from "./accuracy.ts";
import { NoReference, startReference } from "./reference.ts";
import { compareSpeed, type Timed } from "./speed.ts";

const usage = `npm run bench:training -- [options]
  --splits N    splits of each set, of which the mean is reported; default 10
  --repeats N   timings of each training, in turn, of which the median is reported; default 5
  --threads N   that scikit-learn may use; default: one a core. Ours uses one
  --only PART   accuracy or speed; default both
`;

function options() {
  const string = { type: "string" } as const;
  const { values } = parseArgs({ options: { splits: string, repeats: string, threads: string, only: string } });
  const number = (name: "splits" | "repeats" | "threads", fallback?: number) => {
    const value = values[name] === undefined ? fallback : Number(values[name]);
    if (value !== undefined && !(Number.isInteger(value) && value > 0))
      throw new Error(`--${name} is a whole number above 0, and not ${values[name]}.`);
    return value;
  };
  if (values.only !== undefined && !["accuracy", "speed"].includes(values.only))
    throw new Error(`--only is accuracy or speed, and not ${values.only}.`);
  return {
    splits: number("splits", 10)!,
    repeats: number("repeats", 5)!,
    threads: number("threads"),
    only: values.only,
  };
}

const say = (cells: readonly string[]) => process.stdout.write(`| ${cells.join(" | ")} |\n`);
const points = (share: number) => (100 * share).toFixed(1);

async function run({ splits, repeats, threads, only }: ReturnType<typeof options>): Promise<void> {
  const reference = startReference(threads);
  process.stdout.write(
    `${availableParallelism()} cores, ${cpus()[0]?.model ?? "unknown"}, load ${loadavg()[0]!.toFixed(1)}, Node.js ${process.version}, scikit-learn 1.9.1\n`,
  );
  if (only !== "speed") {
    process.stdout.write(`\nAccuracy of classes, r2 of numbers, both in points; the mean of ${splits} splits\n`);
    say(["set", "family", "ours", "scikit-learn", "difference"]);
    for await (const { set, family, ours, theirs } of compareAccuracy(reference, splits))
      say([set, family, points(ours), points(theirs), points(ours - theirs)]);
  }
  if (only !== "accuracy") {
    process.stdout.write(
      `\nBoosted trees on 100,000 rows of 20 numbers: seconds, and of them processor time; the median of ${repeats}\n`,
    );
    say(["task", "ours, 1 thread", "scikit-learn", "ratio", "of processor time"]);
    for await (const { task, ours, theirs, threads: used } of compareSpeed(reference, repeats)) {
      const [a, b] = [medianOf(ours), medianOf(theirs)];
      say([
        task,
        formatted(a),
        `${formatted(b)}, ${used} threads`,
        (a.seconds / b.seconds).toFixed(2),
        (a.cpu / b.cpu).toFixed(2),
      ]);
    }
  }
  reference.end();
}

const medianOf = (times: readonly Timed[]): Timed => ({
  seconds: quantile(
    times.map(({ seconds }) => seconds),
    0.5,
  ),
  cpu: quantile(
    times.map(({ cpu }) => cpu),
    0.5,
  ),
});
const formatted = ({ seconds, cpu }: Timed) => `${seconds.toFixed(2)} (${cpu.toFixed(2)})`;

let parsedOptions;
try {
  parsedOptions = options();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n${usage}`);
  process.exit(2);
}
try {
  await run(parsedOptions);
} catch (error) {
  if (!(error instanceof NoReference)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
