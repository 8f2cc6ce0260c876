import { Problem } from "@platform/kit/problem.ts";
import { download } from "@platform/kit/web-download.ts";
import { JobError } from "../training/job-error.ts";
import { formatOf } from "./format.ts";
import { tooLarge, type DatasetFile, type DatasetSources } from "./source.ts";

/** Answers that may be others another time. */
const passing = (status: number) => status >= 500 || [408, 425, 429].includes(status);

/** Opens `https://<host>/<path>` or `http://…`, where the operator lets datasets be. */
export async function openFromWeb(
  { web, maxBytes }: DatasetSources,
  location: string,
  signal: AbortSignal,
): Promise<DatasetFile> {
  const { status, headers, body } = await download(location, { rules: web, signal }).catch((error: unknown) => {
    const { code, cause } = error as { code?: string; cause?: unknown };
    if (error instanceof Problem) throw new JobError(error.message, { cause });
    if (code === "ENOTFOUND") throw new JobError(`The host of ${location} cannot be found.`, { cause: error });
    throw error;
  });
  const refuse = (reason: string) => {
    body.destroy();
    return reason;
  };
  if (status !== 200) {
    const reason = refuse(`${location} answered ${status}.`);
    throw passing(status) ? new Error(reason) : new JobError(reason);
  }
  const said = (name: string) => [headers[name]].flat()[0];
  const [type, encoding, length] = [
    said("content-type"),
    said("content-encoding") ?? "identity",
    said("content-length"),
  ];
  if (type?.startsWith("text/html")) throw new JobError(refuse(`At ${location} is a page for people, not a dataset.`));
  if (encoding !== "identity") throw new JobError(refuse(`${location} is packed (${encoding}); name the file itself.`));
  const bytes = length === undefined ? undefined : Number(length);
  if (bytes !== undefined && bytes > maxBytes) throw new JobError(refuse(tooLarge(maxBytes, bytes)));
  return { body, bytes, format: formatOf(new URL(location).pathname, type) };
}
