import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mermaid } from "../render/graph.ts";
import { openConnections } from "../render/network.ts";
import type { RecordedResource } from "../render/recorder.ts";
import { recordStack } from "../render/stack.ts";
import { chatdbProblems } from "../services/chatdb/contracts/problem-types.ts";
import { platformProblems } from "../services/kit/problem-types.ts";
import { essentialSettingsTable, sharedSettingsTable, sizesTable, systemSettingsTable } from "./settings-table.ts";

const root = join(import.meta.dirname, "..");

/**
 * Who may open connections to what, as a Markdown table made from the network policies; the cluster's DNS, open to all,
 * is left out.
 */
function connectionsTable(resources: readonly RecordedResource[]): string {
  const connections = openConnections(resources)
    .filter((connection) => !connection.endsWith("-> dns"))
    .map((connection) => connection.split(" -> ") as [string, string]);
  const bySource = Map.groupBy(connections, ([from]) => from);
  const rows = [...bySource].map(([from, targets]) => `| ${from} | ${targets.map(([, to]) => to).join(", ")} |`);
  return ["| from | to |", "| --- | --- |", ...rows].join("\n");
}

/** The problem types of all systems as a Markdown table. */
function errorsTable(): string {
  const types = [...Object.values(platformProblems), ...Object.values(chatdbProblems)];
  const rows = types.map(
    ({ urn, status, meaning, remedy }) =>
      `| \`${urn.replace("urn:problem-type:", "")}\` | ${status} | ${meaning} | ${remedy} |`,
  );
  return [
    "| type (`urn:problem-type:` and) | status | meaning | what to do |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** Files with generated parts, each part between two comments that name it. */
export async function generatedDocs(): Promise<{ file: string; text: string }[]> {
  const parts: Record<string, string> = {
    settings: await essentialSettingsTable(),
    sharedSettings: sharedSettingsTable(),
    chatdbSettings: await systemSettingsTable("chatdb"),
    sizes: sizesTable(),
    errors: errorsTable(),
    connections: connectionsTable(await recordStack("prod")),
    graph: `\`\`\`mermaid\n${mermaid(await recordStack("dev"))}\`\`\``,
  };
  const files = [
    "README.md",
    ...["architecture", "configuration", "errors", "security"].map((page) => `docs/${page}.md`),
  ];
  return files.map((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return {
      file,
      text: text.replace(
        /(<!-- generated: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
        (_, start: string, part: string, end: string) => {
          const content = parts[part];
          if (content === undefined)
            throw new Error(
              `${file}: there is no generated part ${part}; the parts are ${Object.keys(parts).join(", ")}.`,
            );
          return `${start}${content}\n${end}`;
        },
      ),
    };
  });
}

if (process.argv[1] === import.meta.filename) {
  for (const { file, text } of await generatedDocs()) writeFileSync(join(root, file), text);
}
