import { ConfigurationError, readEnv } from "@platform/kit/env.ts";
import { languageModelEnv, languageModelOptions } from "@chatdb/query-parser/language-model/options.ts";
import { expect } from "chai";
import { z } from "zod";

const read = (env: NodeJS.ProcessEnv) => languageModelOptions(readEnv(z.object(languageModelEnv), env));

describe("language model options from the environment", () => {
  const LLM_BASE_URL = "http://localhost:11434/v1";

  it("are undefined without an address", () => {
    expect(read({})).to.equal(undefined);
    expect(read({ LLM_BASE_URL: "", LLM_MODEL: "small", LLM_KEY: "" })).to.equal(undefined);
  });

  it("have defaults except for the address and the name", () => {
    expect(read({ LLM_BASE_URL: `${LLM_BASE_URL}/`, LLM_MODEL: "small" })).to.deep.equal({
      baseUrl: LLM_BASE_URL,
      model: "small",
      key: undefined,
      timeoutMs: 8000,
      concurrency: 4,
      samples: true,
      suggestOnly: false,
    });
    expect(
      read({
        LLM_BASE_URL,
        LLM_MODEL: "small",
        LLM_KEY: "k",
        LLM_TIMEOUT_MS: "500",
        LLM_CONCURRENCY: "1",
        LLM_SAMPLES: "false",
        LLM_SUGGEST_ONLY: "true",
      }),
    ).to.deep.equal({
      baseUrl: LLM_BASE_URL,
      model: "small",
      key: "k",
      timeoutMs: 500,
      concurrency: 1,
      samples: false,
      suggestOnly: true,
    });
  });

  it("reports what is missing or invalid", () => {
    expect(() => read({ LLM_BASE_URL })).to.throw(ConfigurationError, "LLM_MODEL: not set");
    expect(() => read({ LLM_BASE_URL: "localhost", LLM_TIMEOUT_MS: "an hour" })).to.throw(
      ConfigurationError,
      /LLM_BASE_URL: .*[^]*LLM_TIMEOUT_MS: /,
    );
  });
});
