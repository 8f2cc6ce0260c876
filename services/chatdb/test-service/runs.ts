import { randomUUID } from "node:crypto";
import { Problem } from "@platform/kit/problem.ts";
import { chatdbProblems } from "@chatdb/contracts/problem-types.ts";
import type { Logger } from "@platform/kit/log.ts";
import type { Gateway } from "./gateway.ts";
import type { Run, RunOptions } from "./report.ts";
import { runScenario } from "./scenario.ts";
import { concurrentJobs } from "./scenarios/concurrent-jobs.ts";
import { queryProcessing } from "./scenarios/query-processing.ts";
import { trainingPipeline } from "./scenarios/training-pipeline.ts";

/** Number of the latest runs that are kept. */
const maxRuns = 20;

/** The runs of this process, one at a time, so that a run does not disturb the measurements of another. */
export class Runs {
  readonly #gateway: Gateway;
  readonly #url: string;
  readonly #log: Logger;
  readonly #runs = new Map<string, Run>();

  constructor(gateway: Gateway, url: string, log: Logger) {
    this.#gateway = gateway;
    this.#url = url;
    this.#log = log;
  }

  /** Lists runs, newest first. */
  list(): Run[] {
    return [...this.#runs.values()].reverse();
  }

  /** @throws Problem 404 */
  find(id: string): Run {
    const found = this.#runs.get(id);
    if (!found)
      throw new Problem(chatdbProblems.testRunNotFound, `There is no run ${id}; the last ${maxRuns} are kept.`);
    return found;
  }

  /** Starts a run and returns at once. @throws Problem 409 while another one is running */
  start({ jobs }: RunOptions): Run {
    const current = this.list().find(({ status }) => status === "running");
    if (current)
      throw new Problem(chatdbProblems.testRunRunning, `The run ${current.run_id} is running; wait for its end.`, {
        run_id: current.run_id,
      });
    const run: Run = {
      run_id: randomUUID(),
      status: "running",
      gateway: this.#url,
      started_at: new Date().toISOString(),
      scenarios: [],
    };
    this.#runs.set(run.run_id, run);
    for (const id of [...this.#runs.keys()].slice(0, -maxRuns)) this.#runs.delete(id);
    void this.#execute(run, jobs);
    return run;
  }

  async #execute(run: Run, jobs: number): Promise<void> {
    const scenarios = [
      queryProcessing(this.#gateway),
      trainingPipeline(this.#gateway),
      concurrentJobs(this.#gateway, jobs),
    ];
    for (const scenario of scenarios) run.scenarios.push(await runScenario(scenario));
    run.finished_at = new Date().toISOString();
    run.status = run.scenarios.every(({ status }) => status === "passed") ? "passed" : "failed";
    this.#log.info({ run_id: run.run_id, status: run.status }, "run finished");
  }
}
