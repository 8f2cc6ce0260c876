import type * as pulumi from "@pulumi/pulumi";
import { namespaceOf } from "../../components/network/endpoint.ts";
import { seconds } from "../../components/workload/quantities.ts";
import type { ChatDbSettings } from "../../config/chatdb/settings.ts";
import type { Dependency, Destination } from "../../components/network/connection.ts";

/** A language model behind the chat API that OpenAI, Ollama, vLLM and others serve. */
export interface LanguageModel {
  /** Address of the API up to and with its version. */
  readonly baseUrl: string;
  /** Name of the model there. */
  readonly model: string;
  /** Default: none is sent. */
  readonly key?: pulumi.Input<string> | undefined;
  /**
   * The pods behind an address inside of the cluster: a network policy opens pods, not Services. Default of their port:
   * that of the address.
   */
  readonly pods?: { readonly labels: Record<string, string>; readonly port?: number | undefined } | undefined;
  /** The range that the network policy opens for an address outside of the cluster. Default: any. */
  readonly cidr?: string | undefined;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly samples: boolean;
  readonly suggestOnly: boolean;
}

/** Connects a service to the language model of the settings, if they name one. */
export function languageModels(settings: ChatDbSettings["llm"]): Dependency[] {
  if (!settings) return [];
  const { timeout, ...model } = settings;
  return [languageModel({ ...model, timeoutMs: seconds(timeout) * 1000 })];
}

/** Connects a service to a model that somebody else runs. Startup does not wait for it: only some questions need it. */
export function languageModel(args: LanguageModel): Dependency {
  const secretEnv: Record<string, pulumi.Input<string>> = args.key === undefined ? {} : { LLM_KEY: args.key };
  return {
    name: "language-model",
    lazy: true,
    connect: () => ({
      env: {
        LLM_BASE_URL: args.baseUrl,
        LLM_MODEL: args.model,
        LLM_TIMEOUT_MS: String(args.timeoutMs),
        LLM_CONCURRENCY: String(args.concurrency),
        LLM_SAMPLES: String(args.samples),
        LLM_SUGGEST_ONLY: String(args.suggestOnly),
      },
      secretEnv,
      destinations: [destination(args)],
      readyWhen: [],
    }),
  };
}

function destination({ baseUrl, pods, cidr = "0.0.0.0/0" }: LanguageModel): Destination {
  const { port, protocol } = new URL(baseUrl);
  const addressed = Number(port) || (protocol === "http:" ? 80 : 443);
  const namespace = namespaceOf(baseUrl);
  if (namespace === undefined || !pods) return { to: { cidr }, port: addressed };
  return { to: { namespace, labels: pods.labels }, port: pods.port ?? addressed };
}
