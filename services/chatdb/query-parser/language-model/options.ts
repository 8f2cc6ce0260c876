import { ConfigurationError, serviceUrl } from "@platform/kit/env.ts";
import { z } from "zod";

/**
 * A language model behind the chat API that OpenAI, Ollama, vLLM and others serve:
 * https://platform.openai.com/docs/api-reference/chat/create.
 */
export interface LanguageModelOptions {
  /** The address of the API including its version: `http://localhost:11434/v1`. */
  baseUrl: string;
  /** The model's name in the API. */
  model: string;
  /** The API key, sent as a bearer token. Default: none. */
  key?: string | undefined;
  /** The maximum time in ms that a question waits for the model, all turns together. Default 8000. */
  timeoutMs?: number;
  /** The maximum number of concurrent questions to the model; further ones go without it. Default 4. */
  concurrency?: number;
  /**
   * Whether the prompt contains sampled values and the engine's guesses, which may contain such values. Default true.
   */
  samples?: boolean;
  /** Whether the model's reading is only offered as an alternative. Default false. */
  suggestOnly?: boolean;
}

/** The environment variables of a service with a language model. */
export const languageModelEnv = {
  /** Default: no language model. */
  LLM_BASE_URL: serviceUrl.optional(),
  LLM_MODEL: z.string().optional(),
  LLM_KEY: z.string().optional(),
  LLM_TIMEOUT_MS: z.coerce.number().int().min(100).max(30_000).default(8000),
  LLM_CONCURRENCY: z.coerce.number().int().min(1).max(1000).default(4),
  LLM_SAMPLES: z.enum(["true", "false"]).default("true"),
  LLM_SUGGEST_ONLY: z.enum(["true", "false"]).default("false"),
};
export type LanguageModelEnv = z.infer<z.ZodObject<typeof languageModelEnv>>;

/**
 * Reads the options from the environment.
 * @throws ConfigurationError if the address is set and the model's name is not
 */
export function languageModelOptions(env: LanguageModelEnv): LanguageModelOptions | undefined {
  if (env.LLM_BASE_URL === undefined) return undefined;
  if (env.LLM_MODEL === undefined)
    throw new ConfigurationError("The environment is not complete:\n  LLM_MODEL: not set, and LLM_BASE_URL is");
  return {
    baseUrl: env.LLM_BASE_URL,
    model: env.LLM_MODEL,
    key: env.LLM_KEY,
    timeoutMs: env.LLM_TIMEOUT_MS,
    concurrency: env.LLM_CONCURRENCY,
    samples: env.LLM_SAMPLES === "true",
    suggestOnly: env.LLM_SUGGEST_ONLY === "true",
  };
}
