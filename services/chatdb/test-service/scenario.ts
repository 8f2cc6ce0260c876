import { setTimeout as delay } from "node:timers/promises";
import type { z } from "zod";
import type { Scenario, Step } from "./report.ts";

export type Evidence = Record<string, z.core.util.JSONType>;

/** Runs a step, whose check returns its evidence and fails by throwing. */
export type StepRunner = (name: string, check: () => Promise<Evidence>) => Promise<void>;

export interface ScenarioDefinition {
  name: string;
  /** Names of all steps in order; those after a failure are reported as skipped. */
  steps: readonly string[];
  run(step: StepRunner): Promise<void>;
}

class StepFailed extends Error {}

/** Runs the steps until one fails. It never rejects for a failed step; the report has the reason. */
export async function runScenario(definition: ScenarioDefinition): Promise<Scenario> {
  const { name, steps: names } = definition;
  const steps: Step[] = [];
  const started = performance.now();
  const step: StepRunner = async (stepName, check) => {
    const stepStarted = performance.now();
    const result = await outcomeOf(check);
    steps.push({ name: stepName, took_ms: performance.now() - stepStarted, ...result });
    if (result.status === "failed") throw new StepFailed();
  };
  try {
    await definition.run(step);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
  }
  const skipped = names
    .slice(steps.length)
    .map((skippedName): Step => ({ name: skippedName, status: "skipped", took_ms: 0, evidence: {} }));
  const status = steps.length === names.length && steps.every((each) => each.status === "passed") ? "passed" : "failed";
  return { name, status, took_ms: performance.now() - started, steps: [...steps, ...skipped] };
}

async function outcomeOf(check: () => Promise<Evidence>): Promise<Pick<Step, "status" | "evidence" | "error">> {
  try {
    return { status: "passed", evidence: await check() };
  } catch (error) {
    return {
      status: "failed",
      evidence: error instanceof Unexpected ? error.evidence : {},
      error: error instanceof Error ? error.message : String(error),
    };
  }
}

/** The evidence is not as expected. */
export class Unexpected extends Error {
  readonly evidence: Evidence;

  constructor(message: string, evidence: Evidence = {}) {
    super(message);
    this.evidence = evidence;
  }
}

/** @throws Unexpected */
export function expect(condition: boolean, message: string, evidence?: Evidence): asserts condition {
  if (!condition) throw new Unexpected(message, evidence);
}

/**
 * Polls until the answer satisfies `done`.
 * @throws Unexpected after the deadline (ms), with the last answer
 */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T>,
  done: (answer: T) => boolean,
  deadlineMs = 60_000,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    if (performance.now() > end)
      throw new Unexpected(`${what}: not within ${deadlineMs / 1000} s`, { last: JSON.stringify(answer) });
    await delay(100);
  }
}
