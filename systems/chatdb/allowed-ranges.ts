import { BlockList, isIPv6 } from "node:net";
import type { Dependency } from "../../components/network/connection.ts";

/** Addresses that a service may connect to. Which of them it uses is known only at run time. */
export interface AddressRanges {
  /** Ranges of addresses. */
  readonly ranges: readonly string[];
  /** Parts of these ranges that stay closed. */
  readonly except: readonly string[];
  readonly ports: readonly number[];
}

/**
 * Lets a service connect to these ranges. Its environment has them in variables with the given prefix, in the form that
 * `services/kit/address-rules.ts` reads.
 */
export function allowedRanges(name: string, prefix: string, { ranges, except, ports }: AddressRanges): Dependency {
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

/** Whether one range contains the other: a network policy accepts no other exceptions. */
function isWithin(part: string, whole: string): boolean {
  const [address = "", bits] = part.split("/");
  const [network = "", prefix] = whole.split("/");
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), isIPv6(network) ? "ipv6" : "ipv4");
  return Number(bits) >= Number(prefix) && list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
