import { engineFor } from "../nlq/engine.ts";
import { sum, timed } from "../nlq/measure.ts";
import { quantile, type Figure } from "../figures.ts";
import { questionsOn } from "./questions.ts";
import { largeSchema } from "./schema.ts";

const questions = 1800;

/** Measures how fast questions are parsed on a schema of 50 tables, sequentially on one thread. */
export function parserFigures(): Figure[] {
  const schema = largeSchema();
  const started = performance.now();
  const ask = engineFor(schema);
  const indexed = performance.now() - started;
  // Warms up with other questions, since a running service has answered some before.
  for (const question of questionsOn(schema, questions / 3, 2)) ask(question);
  const inputs = questionsOn(schema, questions).map((question) => ({ question }));
  const answered = inputs.filter(({ question }) => ask(question).kind === "query").length;
  const { times, cpuTimes } = timed(ask, inputs);
  return [
    { what: "schema of 50 tables indexed", value: indexed, digits: 1, unit: "ms" },
    { what: "questions answered without a clarification", value: (100 * answered) / questions, unit: "%" },
    { what: "a question, p50", value: quantile(times, 0.5), digits: 2, unit: "ms" },
    { what: "a question, p99", value: quantile(times, 0.99), digits: 2, unit: "ms", goal: { atMost: 25 } },
    { what: "a question, p99 of CPU time", value: quantile(cpuTimes, 0.99), digits: 2, unit: "ms" },
    { what: "questions", value: (1000 * questions) / sum(cpuTimes), unit: "per CPU-second", goal: { atLeast: 400 } },
  ];
}
