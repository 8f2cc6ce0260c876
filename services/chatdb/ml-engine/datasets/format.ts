import type { DatasetFormat } from "../training/dataset.ts";

/** There is no registered type for JSON lines; these are in use. */
const jsonLines = /^application\/(x-ndjson|ndjson|x-jsonlines|jsonlines|jsonl|json-lines)\b/i;

/** By what the server says, else by how the path ends. */
export function formatOf(path: string, contentType = ""): DatasetFormat {
  return jsonLines.test(contentType) || /\.(jsonl|ndjson)$/i.test(path) ? "json-lines" : "csv";
}
