import { z } from "zod";
import { namespaceOf } from "../../components/network/endpoint.ts";
import { seconds } from "../../components/workload/quantities.ts";
import { isEmpty, port, range, secret, text, wholeSeconds } from "../fields.ts";
import type { Issue } from "../issue.ts";

const pods = z.strictObject({
  labels: z
    .record(text, z.string())
    .refine((labels) => !isEmpty(labels), "must name at least one label")
    .describe("Labels of these pods."),
  port: port.optional().describe("Port of these pods. Without it, that of `baseUrl`."),
});

/** A language model for the questions that the engine is not sure of, by the API of OpenAI, Ollama and vLLM. */
export const llm = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => !/[@?#]/.test(url),
      "must be an address without a login, query or fragment, such as https://llm.example.com/v1",
    )
    .meta({ title: "URL" })
    .describe("Address of the API up to and with its version."),
  model: text.describe("Name of the model there."),
  key: secret.optional().describe("Key that the API asks for."),
  pods: pods.optional().describe("The pods behind an address inside of the cluster, for the network policy."),
  cidr: range.optional().describe("Addresses that the network policy opens, for a model outside. Without it, all."),
  timeout: wholeSeconds(1)
    .refine((time) => seconds(time) <= 30, 'must be at most "30s": people wait for it')
    .default("8s")
    .describe("How long an answer may take."),
  concurrency: z.int().min(1).max(1000).default(4).describe("Questions that each replica asks it at a time."),
  samples: z.boolean().default(true).describe("Whether it is shown values of the database."),
  suggestOnly: z.boolean().default(false).describe("Whether its answers are only suggested, not run."),
});

/** What does not fit together in the language model's address. */
export function languageModelIssues(settings: z.infer<typeof llm> | undefined): Issue[] {
  if (!settings) return [];
  const { baseUrl, key, pods, cidr } = settings;
  const inside = namespaceOf(baseUrl) !== undefined;
  const issues: [applies: boolean, path: string, message: string][] = [
    [
      inside && !pods,
      "llm.pods",
      "is needed for an address inside of the cluster: labels of the pods behind it, for the network policy",
    ],
    [inside && cidr !== undefined, "llm.cidr", "is for an address outside of the cluster: name the pods instead"],
    [
      !inside && pods !== undefined,
      "llm.pods",
      "is for an address inside of the cluster, such as http://ollama.models.svc:11434/v1",
    ],
    [
      !inside && key !== undefined && baseUrl.startsWith("http:"),
      "llm.baseUrl",
      "must be an https address: llm.key would be readable on its way",
    ],
  ];
  return issues.filter(([applies]) => applies).map(([, path, message]) => ({ path, message }));
}
