import type { dataset } from "@chatdb/contracts/datasets.ts";
import type { z } from "zod";
import { authorization, refusal, unreachable } from "../api.ts";

/**
 * Sends a file as a dataset, streamed from the disk. By XMLHttpRequest, since fetch does not say how far an upload is.
 * @param name of the dataset; one of that name is replaced
 * @param onProgress given the share that is sent, from 0 to 1
 * @throws GatewayError; the signal's reason when it was stopped
 */
export async function upload(
  name: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<z.infer<typeof dataset>> {
  const headers = await authorization();
  return await new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/datasets/${encodeURIComponent(name)}`);
    for (const [header, value] of Object.entries({ ...headers, "content-type": "text/csv" }))
      request.setRequestHeader(header, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total);
    request.onload = () => {
      if (request.status >= 300) return reject(refusal(request.status, request.responseText));
      resolve(JSON.parse(request.responseText) as z.infer<typeof dataset>);
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
