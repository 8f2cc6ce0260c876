import { BlockList, isIPv6 } from "node:net";
import type { Dependency } from "./connection.ts";

/** Where databases may be that people add at run time. */
export interface AddedDataSources {
  /** Ranges of addresses. */
  readonly ranges: readonly string[];
  /** Parts of these ranges that stay closed. */
  readonly except: readonly string[];
  readonly ports: readonly number[];
}

/** Use of databases that are added at run time: nobody knows more of them yet than where they may be. */
export function addedDataSources({ ranges, except, ports }: AddedDataSources): Dependency {
  return {
    name: "added-data-sources",
    connect: () => ({
      env: {
        ADDED_SOURCES_RANGES: ranges.join(","),
        ADDED_SOURCES_EXCEPT: except.join(","),
        ADDED_SOURCES_PORTS: ports.join(","),
      },
      secretEnv: {},
      destinations: ranges.flatMap((cidr) => ports.map((port) => ({ to: { cidr, except: except.filter((part) => isWithin(part, cidr)) }, port }))),
      readyWhen: [],
    }),
  };
}

/** Whether all of one range is in the other: a network policy takes no other exceptions. */
function isWithin(part: string, whole: string): boolean {
  const [address = "", bits] = part.split("/");
  const [network = "", prefix] = whole.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), isIPv6(network) ? "ipv6" : "ipv4");
  return Number(bits) >= Number(prefix) && list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
