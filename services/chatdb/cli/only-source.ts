import { UsageError } from "@platform/kit/usage-error.ts";
import type { Gateway } from "./gateway.ts";

/** Returns the only data source's name. @throws UsageError that lists the names if there are several */
export async function onlySource(gateway: Gateway): Promise<string> {
  const names = (await gateway.sources()).map(({ name }) => name);
  if (names.length === 1) return names[0]!;
  throw names.length === 0
    ? new Error("There is no data source.")
    : new UsageError(`--datasource: name one of ${names.join(", ")}`);
}
