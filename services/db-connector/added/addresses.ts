import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { Problem } from "@chatdb/kit/problem.ts";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import type { AddressGuard } from "../driver.ts";

type Range = [ipaddr.IPv4 | ipaddr.IPv6, prefix: number];

const list = z.string().transform((text) => text.split(",").map((each) => each.trim()));
const ranges = list.pipe(z.array(z.string().refine((each) => ipaddr.isValidCIDR(each), "expected ranges such as 10.0.0.0/16, with commas between them")));

/** Environment: which addresses data sources that are added at run time may be at. */
export const addressEnv = {
  /** Default: none. */
  ADDED_SOURCES_RANGES: ranges.optional(),
  /** Parts of these ranges that may not. */
  ADDED_SOURCES_EXCEPT: ranges.optional(),
  /** Default: those of the three dialects. */
  ADDED_SOURCES_PORTS: list.pipe(z.array(z.coerce.number<string>().int().min(1).max(65535))).default([5432, 3306, 27017]),
  /** Set by Kubernetes: the address of its API server, in the middle of the addresses of services. */
  KUBERNETES_SERVICE_HOST: z.union([z.ipv4(), z.ipv6()]).optional(),
};
/** What {@link addressEnv} reads. Without ports, all are open. */
export type AddressEnv = Partial<z.infer<z.ZodObject<typeof addressEnv>>>;

/**
 * Addresses that a range does not open which is wider than they are: this machine, the link (where clouds have the service that
 * hands out credentials), multicast, and those that stand for other addresses. RFC 6890; the last four are metadata services.
 */
const special = `0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 224.0.0.0/4 240.0.0.0/4 ::/127 fe80::/10 ff00::/8 64:ff9b::/96 2002::/16
  100.100.100.200/32 168.63.129.16/32 192.0.0.192/32 fd00:ec2::254/128`;

/** Bits of the range around the API server that counts as the cluster's services; clusters have /12 to /22. */
const serviceBits = { ipv4: 16, ipv6: 108 };

/** Says where data sources that are added at run time may be. Of several ranges that have an address, the narrowest decides. */
export class AddressRules implements AddressGuard {
  readonly #allowed: readonly Range[];
  readonly #except: readonly Range[];
  readonly #special: readonly Range[];
  readonly #ports: ReadonlySet<number> | undefined;

  constructor(env: AddressEnv) {
    const parse = (given: readonly string[] = []) => given.map((each): Range => ipaddr.parseCIDR(each));
    this.#allowed = parse(env.ADDED_SOURCES_RANGES);
    this.#except = parse(env.ADDED_SOURCES_EXCEPT);
    this.#special = [...parse(special.split(/\s+/)), ...servicesAround(env.KUBERNETES_SERVICE_HOST)];
    this.#ports = env.ADDED_SOURCES_PORTS && new Set(env.ADDED_SOURCES_PORTS);
  }

  /** @throws Problem 403 where it may not be there, 400 where the host has no address */
  async check(host: string, port: number): Promise<void> {
    this.checkPort(port);
    try {
      await this.resolve(host);
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new Problem(400, `The host "${host}" cannot be found: ${(error as Error).message}.`, {}, { cause: error });
    }
  }

  /** @throws Problem 403 */
  checkPort(port: number): void {
    if (this.#ports?.has(port) === false) throw new Problem(403, `Data sources may not be at port ${port}, but at ${[...this.#ports].join(", ")}: the operator says so in the setting addedDataSources.`);
  }

  async resolve(host: string): Promise<string[]> {
    const addresses = isIP(host) ? [host] : (await lookup(host, { all: true })).map(({ address }) => address);
    const refused = addresses.find((address) => !this.allows(address));
    if (refused === undefined) return addresses;
    const found = refused === host ? `The address ${host}` : `The host "${host}" has the address ${refused}, which`;
    throw new Problem(403, `${found} is not one that data sources may be at: the operator says in the setting addedDataSources which are.`);
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
    // An IPv4 address in the form of IPv6 is the IPv4 address.
    const parsed = ipaddr.process(address);
    const narrowest = (among: readonly Range[]) =>
      Math.max(-1, ...among.filter(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits)).map(([, bits]) => bits));
    const allowed = narrowest(this.#allowed);
    return allowed >= 0 && allowed > narrowest(this.#except) && allowed >= narrowest(this.#special);
  }
}

function servicesAround(apiServer: string | undefined): Range[] {
  if (apiServer === undefined) return [];
  const address = ipaddr.parse(apiServer);
  return [[address, serviceBits[address.kind()]]];
}
