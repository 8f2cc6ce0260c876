import { isIP } from "node:net";
import type { Readable } from "node:stream";
import { Agent, buildConnector, request } from "undici";
import type { AddressRules } from "./address-rules.ts";
import { Problem } from "./problem.ts";
import { platformProblems } from "./problem-types.ts";

export interface DownloadOptions {
  rules: AddressRules;
  signal?: AbortSignal | undefined;
  /** Milliseconds for a connection. Default 5000. */
  connectTimeoutMs?: number;
  /** Milliseconds until an answer's head is there, and that its body may pause. Default 30,000. */
  pauseMs?: number;
}

export interface Download {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** To be read or destroyed: the connection is closed then. */
  body: Readable;
}

const mostRedirects = 5;

/**
 * Gets what is at an address that somebody named, where the rules let it be: each connection is made to an address that was looked at,
 * whatever the name leads to a moment later, and each redirect is looked at as the first address was.
 * @throws Problem 403 where it may not be there, 400 where the address cannot be used; what else fails rejects as undici does
 */
export async function download(url: string, options: DownloadOptions): Promise<Download> {
  const { rules, connectTimeoutMs = 5000, pauseMs = 30_000, signal } = options;
  const connect = buildConnector({ timeout: connectTimeoutMs, lookup: rules.lookup, maxCachedSessions: 0 });
  const agent = new Agent({ connect, headersTimeout: pauseMs, bodyTimeout: pauseMs });
  try {
    const answer = await follow(new URL(url), agent, options);
    // Who reads it hears of it; who destroys it unread does not ask, and that too is an error to undici.
    answer.body.on("error", () => undefined);
    answer.body.once("close", () => void agent.destroy());
    return answer;
  } catch (error) {
    await agent.destroy();
    signal?.throwIfAborted();
    throw error;
  }
}

async function follow(start: URL, dispatcher: Agent, { rules, signal }: DownloadOptions): Promise<Download> {
  let url = start;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    rules.checkPort(url.port === "" ? (url.protocol === "http:" ? 80 : 443) : Number(url.port));
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    // A socket looks names up, by the rules; an address it takes as it is.
    if (isIP(host)) await rules.resolve(host);
    // The bytes as they are: nothing here unpacks them.
    const {
      statusCode: status,
      headers,
      body,
    } = await request(url, { dispatcher, signal, headers: { "accept-encoding": "identity", "user-agent": "chatdb" } });
    const location = [headers.location].flat()[0];
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return { status, headers, body };
    await body.dump();
    url = next(url, location);
  }
  throw new Problem(platformProblems.invalidAddress, `${start.href} redirects more than ${mostRedirects} times.`);
}

function next(from: URL, location: string): URL {
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (to?.protocol !== "https:" && (to?.protocol !== "http:" || from.protocol === "https:"))
    throw new Problem(
      platformProblems.invalidAddress,
      `${from.href} redirects to "${location}", which is not followed.`,
    );
  return to;
}
