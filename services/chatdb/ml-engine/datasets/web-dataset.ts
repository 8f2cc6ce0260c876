import { Problem } from "@platform/kit/problem.ts";
import { download } from "@platform/kit/web-download.ts";
import { JobError } from "../training/job-error.ts";
import { formatOf, tooLarge, type DatasetFile, type DatasetSources } from "./dataset-file.ts";

/** Statuses after which the same request may succeed later. */
const isTransient = (status: number) => status >= 500 || [408, 425, 429].includes(status);

/** Opens `https://<host>/<path>` or `http://…`, if the operator allows that address. */
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
    throw isTransient(status) ? new Error(reason) : new JobError(reason);
  }
  const header = (name: string) => [headers[name]].flat()[0];
  const [type, encoding, length] = [
    header("content-type"),
    header("content-encoding") ?? "identity",
    header("content-length"),
  ];
  if (type?.startsWith("text/html")) throw new JobError(refuse(`${location} is a web page, not a dataset.`));
  if (encoding !== "identity")
    throw new JobError(refuse(`${location} is compressed (${encoding}); name the uncompressed file.`));
  const bytes = length === undefined ? undefined : Number(length);
  if (bytes !== undefined && bytes > maxBytes) throw new JobError(refuse(tooLarge(maxBytes, bytes)));
  return { body, bytes, format: formatOf(new URL(location).pathname, type) };
}
