import type { Logger } from "@platform/kit/log.ts";
import {
  bulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleType,
  isBrokenCircuitError,
  isBulkheadRejectedError,
} from "cockatiel";
import { Histogram, type Registry } from "prom-client";
import type { QueryPlan } from "@chatdb/question-engine/plan/plan.ts";
import { Chat } from "./chat.ts";
import { ModelFailure, type FailureReason } from "./failure.ts";
import type { LanguageModelOptions } from "./options.ts";
import { readAnswer } from "./plan-answer.ts";
import { promptFor, correctionTurn, type PromptInput } from "./prompt.ts";

/** When a failing model is left unused, and for how long. */
export interface CircuitBreakerOptions {
  /** The number of consecutive failures. */
  failures: number;
  /** The pause in ms, after which one question tries the model again. */
  pauseMs: number;
}

/** The outcome of a question to the model, as a metric's label. */
type Outcome =
  /** A plan that fits, at once or after the one correction. */
  | "planned"
  | "corrected"
  /** The model answers that the question has no plan. */
  | "declined"
  /** The plan did not fit, not even after the correction. */
  | "unfit"
  /** The model was not input: it is paused after failures, or has reached its concurrency. */
  | "resting"
  | "busy"
  /** The client has closed the connection. */
  | "abandoned"
  | FailureReason;

/** Asks a language model for plans. A failure of the model never fails the question. */
export class LanguageModel {
  readonly suggestOnly: boolean;
  readonly #chat: Chat;
  readonly #samples: boolean;
  readonly #timeoutMs: number;
  readonly #limit;
  readonly #circuit;
  readonly #log: Logger;
  readonly #duration: Histogram<"outcome">;

  constructor(
    options: LanguageModelOptions,
    registry: Registry,
    log: Logger,
    { failures, pauseMs }: CircuitBreakerOptions = { failures: 3, pauseMs: 30_000 },
  ) {
    this.suggestOnly = options.suggestOnly ?? false;
    this.#chat = new Chat(options);
    this.#samples = options.samples ?? true;
    this.#timeoutMs = options.timeoutMs ?? 8000;
    this.#limit = bulkhead(options.concurrency ?? 4);
    this.#circuit = circuitBreaker(handleType(ModelFailure), {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: pauseMs,
    });
    this.#circuit.onBreak(() => log.warn({ pauseMs }, "pausing the language model after repeated failures"));
    this.#circuit.onReset(() => log.info("the language model answers again"));
    this.#log = log;
    this.#duration = new Histogram({
      name: "language_model_question_duration_seconds",
      help: "Time that questions waited for the language model, by what became of them.",
      labelNames: ["outcome"] as const,
      buckets: [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60],
      registers: [registry],
    });
  }

  close(): Promise<void> {
    return this.#chat.close();
  }

  /**
   * Asks the model for the plan of a question; the plan fits the schema. Returns undefined if the model gives none for
   * any reason.
   * @param clientGone aborts when the client has clientGone
   * @throws the reason of `clientGone`
   */
  async planFor(input: PromptInput, clientGone: AbortSignal): Promise<QueryPlan | undefined> {
    const started = performance.now();
    const { outcome, plan } = await this.#guarded(input, clientGone);
    const ms = performance.now() - started;
    this.#duration.observe({ outcome }, ms / 1000);
    this.#log.debug({ outcome, ms: Math.round(ms) }, "asked the language model");
    clientGone.throwIfAborted();
    return plan;
  }

  async #guarded(
    input: PromptInput,
    clientGone: AbortSignal,
  ): Promise<{ outcome: Outcome; plan?: QueryPlan | undefined }> {
    // While one question tries the model again, the others do not wait for its outcome.
    if (this.#circuit.state === CircuitState.HalfOpen) return { outcome: "resting" };
    try {
      return await this.#limit.execute(() => this.#circuit.execute(() => this.#converse(input, clientGone)));
    } catch (error) {
      if (isBulkheadRejectedError(error)) return { outcome: "busy" };
      if (isBrokenCircuitError(error)) return { outcome: "resting" };
      if (clientGone.aborted) return { outcome: "abandoned" };
      if (!(error instanceof ModelFailure)) throw error;
      this.#log.warn({ err: error, reason: error.reason }, `the language model gave no answer: ${error.message}`);
      return { outcome: error.reason };
    }
  }

  async #converse(
    input: PromptInput,
    clientGone: AbortSignal,
  ): Promise<{ outcome: Outcome; plan?: QueryPlan | undefined }> {
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    const signal = AbortSignal.any([clientGone, deadline]);
    const prompt = promptFor(input, { samples: this.#samples });
    try {
      const first = await this.#chat.next(prompt, signal);
      const read = readAnswer(first, input.index);
      if (!("problem" in read)) return { ...read, outcome: read.plan ? "planned" : "declined" };
      const second = readAnswer(
        await this.#chat.next([...prompt, ...correctionTurn(first, read.problem)], signal),
        input.index,
      );
      if ("problem" in second) return { outcome: "unfit" };
      return { ...second, outcome: second.plan ? "corrected" : "declined" };
    } catch (error) {
      if (deadline.aborted && !clientGone.aborted)
        throw new ModelFailure("late", `it took more than ${this.#timeoutMs} ms`);
      throw error;
    }
  }
}
