import { finished } from "node:stream";
import { text } from "node:stream/consumers";
import { dataSourceName } from "@chatdb/contracts/common.ts";
import type { ExportRequest } from "@chatdb/contracts/query.ts";
import { createHttpClient } from "@platform/kit/http/http-client.ts";
import { parseJson } from "@platform/kit/json.ts";
import { z } from "zod";
import { JobError } from "../training/job-error.ts";
import type { DatasetFile, DatasetSources } from "./dataset-file.ts";

/** Time that the database may take until the first rows arrive, milliseconds. */
const timeoutMs = 600_000;

const problem = z.object({ detail: z.string() });

/** Opens the rows of `query://<data source>?<SQL, URL-encoded>`, which the db-connector exports as CSV. */
export async function openQuery(
  { dbConnectorUrl }: DatasetSources,
  location: string,
  signal: AbortSignal,
): Promise<DatasetFile> {
  const { datasource, sql } = parsed(location);
  const http = createHttpClient(dbConnectorUrl, { timeoutMs });
  try {
    const request: ExportRequest = { sql, format: "csv", escape_formulas: false };
    const headers = { "content-type": "application/json" };
    const answer = await http.request(`/datasources/${datasource}/export`, {
      method: "POST",
      headers,
      body: JSON.stringify(request),
      signal,
    });
    if (answer.status >= 400) throw refusal(answer.status, await text(answer.body), datasource);
    finished(answer.body, () => void http.close());
    return { body: answer.body, format: "csv" };
  } catch (error) {
    await http.close();
    throw error;
  }
}

function parsed(location: string): { datasource: string; sql: string } {
  const [, datasource = "", encoded = ""] = /^query:\/\/([^/?]+)\?(.+)$/.exec(location) ?? [];
  const named = dataSourceName.safeParse(datasource);
  if (!named.success)
    throw new JobError(
      `"${datasource}" in ${location} is not the name of a data source: ${named.error.issues[0]!.message}.`,
    );
  try {
    return { datasource, sql: decodeURIComponent(encoded) };
  } catch {
    throw new JobError(`The query in ${location} is not URL-encoded: write a literal percent sign as %25.`);
  }
}

function refusal(status: number, body: string, datasource: string): Error {
  const { data } = problem.safeParse(parseJson(body));
  const reason = `The data source "${datasource}" does not give these rows: ${data?.detail ?? `the db-connector answered ${status}.`}`;
  return status >= 500 || status === 429 ? new Error(reason) : new JobError(reason);
}
