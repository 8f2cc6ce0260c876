import type { DatasetFile, DatasetSources } from "./dataset-file.ts";
import { openQuery } from "./query-dataset.ts";
import { openStored } from "./stored-dataset.ts";
import { openFromWeb } from "./web-dataset.ts";

/**
 * Opens the dataset at a location (`s3://`, `query://`, `https://` or `http://`). Throws a JobError if the location can
 * never be read; any other error is transient.
 */
export function openDataset(sources: DatasetSources, location: string, signal: AbortSignal): Promise<DatasetFile> {
  if (location.startsWith("s3://")) return openStored(sources, location);
  if (location.startsWith("query://")) return openQuery(sources, location, signal);
  return openFromWeb(sources, location, signal);
}
