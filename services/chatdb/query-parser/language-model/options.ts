import { ConfigurationError, serviceUrl } from "@platform/kit/env.ts";
import { z } from "zod";

/** A language model behind the chat API that OpenAI, Ollama, vLLM and others serve: https://platform.openai.com/docs/api-reference/chat/create. */
export interface LanguageModelOptions {
  /** Address of the API up to and with its version: `http://localhost:11434/v1`. */
  baseUrl: string;
  /** Its name there. */
  model: string;
  /** Sent as a bearer token. Default: none. */
  key?: string | undefined;
  /** Milliseconds that a question may wait for it, in all turns together. Default 8000. */
  timeoutMs?: number;
  /** Questions that it is asked at a time; further ones go without it. Default 4. */
  concurrency?: number;
  /** Whether it sees sampled values of columns, beside their names, and the engine's guesses, in which they may be. Default true. */
  samples?: boolean;
  /** Its reading is only offered, not answered. Default false. */
  suggestOnly?: boolean;
}

/** The environment of a service that may have one. */
export const languageModelEnv = {
  /** Default: there is none. */
  LLM_BASE_URL: serviceUrl.optional(),
  LLM_MODEL: z.string().optional(),
  LLM_KEY: z.string().optional(),
  LLM_TIMEOUT_MS: z.coerce.number().int().min(100).max(30_000).default(8000),
  LLM_CONCURRENCY: z.coerce.number().int().min(1).max(1000).default(4),
  LLM_SAMPLES: z.enum(["true", "false"]).default("true"),
  LLM_SUGGEST_ONLY: z.enum(["true", "false"]).default("false"),
};
export type LanguageModelEnv = z.infer<z.ZodObject<typeof languageModelEnv>>;

/** @throws ConfigurationError where an address is given and no name */
export function languageModelOf(env: LanguageModelEnv): LanguageModelOptions | undefined {
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
