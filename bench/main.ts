/* npm run bench measures single parts of the platform on this machine. */
import { availableParallelism, cpus, loadavg } from "node:os";
import { connectorFigures } from "./db-connector/main.ts";
import { eventBusFigures } from "./event-bus/main.ts";
import { lineOf, type Figure } from "./figures.ts";
import { parserFigures } from "./parser/main.ts";
import { importedFigures } from "./predictions/imported.ts";
import { predictionFigures } from "./predictions/main.ts";
import { orchestratorFigures } from "./training-orchestrator/main.ts";

const benchmarks: Record<string, () => Figure[] | Promise<Figure[]>> = {
  "query-parser": parserFigures,
  "db-connector": connectorFigures,
  "event-bus": eventBusFigures,
  "training-orchestrator": orchestratorFigures,
  predictions: predictionFigures,
  "imported-models": importedFigures,
};

const requested = process.argv.slice(2);
const unknown = requested.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no ${unknown.join(", ")} to measure. npm run bench -- [part...] takes: ${Object.keys(benchmarks).join(", ")}.\n`,
  );
  process.exit(2);
}

process.stdout.write(
  `${availableParallelism()} cores, ${cpus()[0]?.model ?? "unknown"}, load ${loadavg()[0]!.toFixed(1)}, Node.js ${process.version}\n`,
);
for (const name of requested.length > 0 ? requested : Object.keys(benchmarks)) {
  const figures = await benchmarks[name]!();
  process.stdout.write(`${name}\n${figures.map(lineOf).join("\n")}\n`);
}
