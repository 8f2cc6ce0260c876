import { z } from "zod";
import { port, range } from "./fields.ts";

/** Settings that say at which addresses things may be that people name at run time. */
export function addressRanges(ports: number[], things: string) {
  return z.strictObject({
    ranges: z.array(range).default([]).describe(`Addresses where ${things} may be.`),
    except: z.array(range).default([]).describe("Parts of these ranges that stay closed."),
    ports: z.array(port).min(1).default(ports).describe("Ports that they may have."),
  });
}
