import { expect } from "chai";
import { languageModel, type LanguageModel } from "../../../systems/chatdb/language-model.ts";
import { namespace } from "../../support/program.ts";

const connect = (more: Partial<LanguageModel> = {}) =>
  languageModel({
    baseUrl: "https://llm.example.com/v1",
    model: "large",
    timeoutMs: 8000,
    concurrency: 4,
    samples: true,
    suggestOnly: false,
    ...more,
  }).connect({
    name: "web",
    namespace: namespace("apps"),
    labels: {},
  });

describe("language model", () => {
  it("passes its address and options to its consumer, and the key separately", () => {
    const { env, secretEnv, readyWhen } = connect({ key: "sk-1" });
    expect({ env, secretEnv, readyWhen }).to.deep.equal({
      env: {
        LLM_BASE_URL: "https://llm.example.com/v1",
        LLM_MODEL: "large",
        LLM_TIMEOUT_MS: "8000",
        LLM_CONCURRENCY: "4",
        LLM_SAMPLES: "true",
        LLM_SUGGEST_ONLY: "false",
      },
      secretEnv: { LLM_KEY: "sk-1" },
      readyWhen: [],
    });
    expect(connect().secretEnv).to.deep.equal({});
  });

  it("is reachable outside the cluster in its range, on the port of its address", () => {
    expect(connect().destinations).to.deep.equal([{ to: { cidr: "0.0.0.0/0" }, port: 443 }]);
    expect(connect({ baseUrl: "http://llm.example.com/v1", cidr: "192.0.2.0/24" }).destinations).to.deep.equal([
      { to: { cidr: "192.0.2.0/24" }, port: 80 },
    ]);
    expect(connect({ baseUrl: "http://llm.example.com:8000/v1" }).destinations).to.deep.equal([
      { to: { cidr: "0.0.0.0/0" }, port: 8000 },
    ]);
  });

  it("is reachable inside the cluster by its pods, which the program does not own", () => {
    const to = { namespace: "models", labels: { app: "ollama" } };
    const inside = { baseUrl: "http://ollama.models.svc:11434/v1", pods: { labels: to.labels } };
    expect(connect(inside).destinations).to.deep.equal([{ to, port: 11434 }]);
    expect(
      connect({
        ...inside,
        baseUrl: "http://vllm.models.svc.cluster.local/v1",
        pods: { labels: to.labels, port: 8000 },
      }).destinations,
    ).to.deep.equal([{ to, port: 8000 }]);
  });
});
