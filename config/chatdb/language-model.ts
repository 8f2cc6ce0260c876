import { namespaceOf } from "../../components/network/endpoint.ts";
import type { Issue } from "../issue.ts";
import type { Settings } from "../schema.ts";

/** What does not fit together in the language model's address. */
export function languageModelIssues({ llm }: Pick<Settings, "llm">): Issue[] {
  if (!llm) return [];
  const inside = namespaceOf(llm.baseUrl) !== undefined;
  const issues: [boolean, string, string][] = [
    [
      inside && !llm.pods,
      "llm.pods",
      "is needed for an address inside of the cluster: labels of the pods behind it, for the network policy",
    ],
    [inside && llm.cidr !== undefined, "llm.cidr", "is for an address outside of the cluster: name the pods instead"],
    [
      !inside && llm.pods !== undefined,
      "llm.pods",
      "is for an address inside of the cluster, such as http://ollama.models.svc:11434/v1",
    ],
  ];
  return issues.filter(([applies]) => applies).map(([, path, message]) => ({ path, message }));
}

/** Whether the model's key would go over a network where others may read it. */
export function keyInClear({ llm }: Pick<Settings, "llm">, hasKey: boolean): Issue[] {
  const clear =
    llm !== undefined && hasKey && llm.baseUrl.startsWith("http:") && namespaceOf(llm.baseUrl) === undefined;
  return clear
    ? [{ path: "llm.baseUrl", message: "must be an https address: the key llmKey would be readable on its way" }]
    : [];
}
