import { readEnv } from "@platform/kit/env.ts";
import type { EmbeddedSystem } from "@platform/embedded/system.ts";
import { languageModelEnv, languageModelOptions } from "@chatdb/query-parser/language-model/options.ts";
import { z } from "zod";
import { startChatDb } from "./chatdb.ts";
import { greeting } from "./greeting.ts";

export const chatdb: EmbeddedSystem = {
  title: "ChatDB",
  summary: `It has a sample database to ask. With --data it keeps models, datasets, jobs and databases.

LLM_BASE_URL and LLM_MODEL in the environment name a language model for the questions that ChatDB is not sure of by itself:
docs/chatdb/language-model.md.`,
  port: 8080,
  start: async (options) => {
    const languageModel = languageModelOptions(readEnv(z.object(languageModelEnv)));
    const running = await startChatDb({ ...options, languageModel });
    return { greeting: greeting(running), close: () => running.close() };
  },
};
