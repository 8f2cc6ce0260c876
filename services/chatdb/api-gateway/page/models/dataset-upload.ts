import type { dataset } from "@chatdb/contracts/datasets.ts";
import type { z } from "zod";
import { authorization, gatewayError, unreachable } from "../api.ts";

/**
 * Uploads a file as a dataset, streamed from the disk. It uses XMLHttpRequest, since fetch reports no upload progress.
 * @param name the dataset's name; an existing dataset is replaced
 * @param onProgress called with the share sent, from 0 to 1
 * @throws GatewayError, or the signal's reason
 */
export async function uploadDataset(
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
      if (request.status >= 300) return reject(gatewayError(request.status, request.responseText));
      resolve(JSON.parse(request.responseText) as z.infer<typeof dataset>);
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
