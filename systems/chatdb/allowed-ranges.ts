import { BlockList, isIPv6 } from "node:net";
import type { Dependency } from "../../components/network/connection.ts";

/** Where things may be of which nobody knows more before somebody names them. */
export interface AddressRanges {
  /** Ranges of addresses. */
  readonly ranges: readonly string[];
  /** Parts of these ranges that stay closed. */
  readonly except: readonly string[];
  readonly ports: readonly number[];
}

/** Use of such things. What they are, is the prefix of the variables that say where, as `services/kit/address-rules.ts` reads them. */
export function openAddresses(name: string, prefix: string, { ranges, except, ports }: AddressRanges): Dependency {
  return {
    name,
    connect: () => ({
      env: {
        [`${prefix}_RANGES`]: ranges.join(","),
        [`${prefix}_EXCEPT`]: except.join(","),
        [`${prefix}_PORTS`]: ports.join(","),
      },
      secretEnv: {},
      destinations: ranges.flatMap((cidr) =>
        ports.map((port) => ({ to: { cidr, except: except.filter((part) => isWithin(part, cidr)) }, port })),
      ),
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
