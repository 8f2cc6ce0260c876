/**
 * Runs in a pod's network: tries all of TARGETS, a JSON object of `host:port` by name, at once, and ends with a
 * message, JSON of the names of those that answered and of the address of NAME, where it can be looked up.
 */
import { lookup } from "node:dns/promises";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const { TARGETS = "{}", NAME = "" } = process.env;
/**
 * A policy drops packets and lets the caller wait; within a cluster, a connection takes a millisecond, unless its first
 * packet is lost.
 */
const timeoutMs = 3000;
/**
 * Before a target counts as one that does not answer: what the machine did not get round to is not what a policy holds
 * back.
 */
const attempts = 3;
/**
 * A question to DNS is one packet, which a busy cluster may lose: a name counts as not to be looked up when nobody
 * answers for so long.
 */
const lookupMs = 30_000;

function connects(address: string): Promise<boolean> {
  const [host, port] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect({ host: host!, port: Number(port) });
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    // A process that was held up finds its time over before it looks at what arrived meanwhile, which it then does at
    // once.
    socket
      .setTimeout(timeoutMs, () => setImmediate(end, false))
      .on("connect", () => end(true))
      .on("error", () => end(false));
  });
}

async function answers(address: string): Promise<boolean> {
  for (let attempt = 1; attempt <= attempts; attempt++) if (await connects(address)) return true;
  return false;
}

async function addressOf(name: string): Promise<string | undefined> {
  for (const start = performance.now(); performance.now() - start < lookupMs; await delay(500)) {
    const found = await lookup(name).catch(() => undefined);
    if (found) return found.address;
  }
  return undefined;
}

const tried = Object.entries(JSON.parse(TARGETS) as Record<string, string>).map(async ([name, address]) =>
  (await answers(address)) ? [name] : [],
);
const resolved = addressOf(NAME);
writeFileSync(
  "/dev/termination-log",
  JSON.stringify({ answered: (await Promise.all(tried)).flat(), resolved: await resolved }),
);
