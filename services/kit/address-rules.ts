import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { Problem } from "./problem.ts";
import { platformProblems } from "./problem-types.ts";

type Range = [ipaddr.IPv4 | ipaddr.IPv6, prefix: number];

const list = z.string().transform((text) => text.split(",").map((each) => each.trim()));

/** Environment variable with ranges: `10.0.0.0/16,fd12::/32`. */
export const rangesEnv = list.pipe(
  z.array(
    z
      .string()
      .refine((each) => ipaddr.isValidCIDR(each), "expected ranges such as 10.0.0.0/16, with commas between them"),
  ),
);

/** Environment variable with ports: `443,8443`. */
export const portsEnv = list.pipe(z.array(z.coerce.number<string>().int().min(1).max(65535)));

/** The API server's address, which Kubernetes sets. It lies among the addresses of the cluster's services. */
export const apiServerEnv = { KUBERNETES_SERVICE_HOST: z.union([z.ipv4(), z.ipv6()]).optional() };

/** Decides which addresses may be connected to. */
export interface AddressGuard {
  /** Returns the addresses of a host. @throws Problem if one of them is not allowed */
  resolve(host: string): Promise<string[]>;
  /** The same as a lookup function for sockets. */
  lookup: LookupFunction;
}

export interface AddressRulesOptions {
  /** Names of what is at these addresses, and of the operator's setting that allows them; both for error messages. */
  what: string;
  setting: string;
  /** Default: none. */
  ranges?: readonly string[] | undefined;
  /** Parts of these ranges that are not allowed. Default: none. */
  except?: readonly string[] | undefined;
  /** Default: all. */
  ports?: readonly number[] | undefined;
  /** Ranges that only a range at least as narrow allows, besides {@link special}. Default: none. */
  delicate?: readonly string[] | undefined;
  /** Address of Kubernetes' API server; the range of services around it counts as delicate. Default: none. */
  apiServer?: string | undefined;
}

/**
 * Ranges that only a range at least as narrow allows: this machine, the link (with the credential services of clouds),
 * multicast, and addresses that stand for others. RFC 6890; the last four are metadata services.
 */
const special =
  `0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 224.0.0.0/4 240.0.0.0/4 ::/127 fe80::/10 ff00::/8 64:ff9b::/96 2002::/16
  100.100.100.200/32 168.63.129.16/32 192.0.0.192/32 fd00:ec2::254/128`.split(/\s+/);

/** Private ranges: RFC 1918, 4193, 6598, 2544 and the IETF's own. */
export const privateRanges =
  "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 100.64.0.0/10 198.18.0.0/15 192.0.0.0/24".split(" ");

/** Prefix length of the range around the API server that counts as the cluster's services; clusters use /12 to /22. */
const serviceBits = { ipv4: 16, ipv6: 108 };

/**
 * Decides by ranges and ports where user-supplied hosts may be. The narrowest range that contains an address decides.
 */
export class AddressRules implements AddressGuard {
  readonly #options: AddressRulesOptions;
  readonly #allowed: readonly Range[];
  readonly #except: readonly Range[];
  readonly #delicate: readonly Range[];

  constructor(options: AddressRulesOptions) {
    const parse = (given: readonly string[] = []) => given.map((each): Range => ipaddr.parseCIDR(each));
    this.#options = options;
    this.#allowed = parse(options.ranges);
    this.#except = parse(options.except);
    this.#delicate = [...parse(special), ...parse(options.delicate), ...servicesAround(options.apiServer)];
  }

  /** @throws Problem 403 if the address is not allowed, 400 if the host has no address */
  async check(host: string, port: number): Promise<void> {
    this.checkPort(port);
    try {
      await this.resolve(host);
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new Problem(
        platformProblems.invalidAddress,
        `The host "${host}" cannot be found: ${(error as Error).message}.`,
        {},
        { cause: error },
      );
    }
  }

  /** @throws Problem 403 */
  checkPort(port: number): void {
    const { ports, what, setting } = this.#options;
    if (ports?.includes(port) === false)
      throw new Problem(
        platformProblems.addressNotAllowed,
        `${capitalised(what)} may not be at port ${port}, but at ${ports.join(", ")}: the operator says so in the setting ${setting}.`,
      );
  }

  async resolve(host: string): Promise<string[]> {
    const { what, setting } = this.#options;
    const addresses = isIP(host) ? [host] : (await lookup(host, { all: true })).map(({ address }) => address);
    const refused = addresses.find((address) => !this.allows(address));
    if (refused === undefined) return addresses;
    const found = refused === host ? `The address ${host}` : `The host "${host}" has the address ${refused}, which`;
    throw new Problem(
      platformProblems.addressNotAllowed,
      `${found} is not one that ${what} may be at: the operator says in the setting ${setting} which are.`,
    );
  }

  readonly lookup: LookupFunction = (host, { all }, callback) => {
    this.resolve(host).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        if (all) callback(null, found);
        else callback(null, found[0]!.address, found[0]!.family);
      },
      (error: Error) => callback(error, ""),
    );
  };

  allows(address: string): boolean {
    // IPv4-mapped IPv6 addresses count as IPv4.
    const parsed = ipaddr.process(address);
    const narrowest = (among: readonly Range[]) =>
      Math.max(
        -1,
        ...among
          .filter(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits))
          .map(([, bits]) => bits),
      );
    const allowed = narrowest(this.#allowed);
    return allowed >= 0 && allowed > narrowest(this.#except) && allowed >= narrowest(this.#delicate);
  }
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function servicesAround(apiServer: string | undefined): Range[] {
  if (apiServer === undefined) return [];
  const address = ipaddr.parse(apiServer);
  return [[address, serviceBits[address.kind()]]];
}
