import { AddressRules, apiServerEnv, portsEnv, rangesEnv } from "@platform/kit/address-rules.ts";
import type { z } from "zod";

/** Environment: which addresses data sources that are added at run time may be at. */
export const addressEnv = {
  /** Default: none. */
  ADDED_SOURCES_RANGES: rangesEnv.optional(),
  /** Parts of these ranges that may not. */
  ADDED_SOURCES_EXCEPT: rangesEnv.optional(),
  /** Default: those of the three dialects. */
  ADDED_SOURCES_PORTS: portsEnv.default([5432, 3306, 27017]),
  ...apiServerEnv,
};
/** What {@link addressEnv} reads. Without ports, all are open. */
export type AddressEnv = Partial<z.infer<z.ZodObject<typeof addressEnv>>>;

/** Says where data sources that are added at run time may be. */
export function addedSourceRules(env: AddressEnv): AddressRules {
  return new AddressRules({
    what: "data sources",
    setting: "addedDataSources",
    ranges: env.ADDED_SOURCES_RANGES,
    except: env.ADDED_SOURCES_EXCEPT,
    ports: env.ADDED_SOURCES_PORTS,
    apiServer: env.KUBERNETES_SERVICE_HOST,
  });
}
