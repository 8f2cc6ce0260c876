import { AddressRules, apiServerEnv, portsEnv, rangesEnv } from "@platform/kit/address-rules.ts";
import type { z } from "zod";

/** The environment variables with the addresses that added data sources may have. */
export const addressEnv = {
  /** Allowed ranges. Default: none. */
  ADDED_SOURCES_RANGES: rangesEnv.optional(),
  /** Ranges inside of these that stay forbidden. Default: none. */
  ADDED_SOURCES_EXCEPT: rangesEnv.optional(),
  /** Allowed ports. Default: those of the three dialects. */
  ADDED_SOURCES_PORTS: portsEnv.default([5432, 3306, 27017]),
  ...apiServerEnv,
};
/** The values of {@link addressEnv}. Without ports, every port is allowed. */
export type AddressEnv = Partial<z.infer<z.ZodObject<typeof addressEnv>>>;

/** Creates the rules for the addresses of data sources added at run time. */
export function addedSourceRules(env: AddressEnv): AddressRules {
  return new AddressRules({
    what: "data sources",
    setting: "chatdb:dataSources.added",
    ranges: env.ADDED_SOURCES_RANGES,
    except: env.ADDED_SOURCES_EXCEPT,
    ports: env.ADDED_SOURCES_PORTS,
    apiServer: env.KUBERNETES_SERVICE_HOST,
  });
}
