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
  /** Milliseconds until the answer's head, and that its body may pause. Default 30,000. */
  pauseMs?: number;
}

export interface Download {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Must be read or destroyed, which closes the connection. */
  body: Readable;
}

const maxRedirects = 5;

/**
 * Downloads a user-supplied URL if the rules allow its address. Each connection goes to the address that was checked,
 * whatever the name resolves to a moment later, and each redirect is checked, too.
 * @throws Problem 403 if the address is not allowed, 400 if it cannot be used; other failures are undici's errors
 */
export async function download(url: string, options: DownloadOptions): Promise<Download> {
  const { rules, connectTimeoutMs = 5000, pauseMs = 30_000, signal } = options;
  const connect = buildConnector({ timeout: connectTimeoutMs, lookup: rules.lookup, maxCachedSessions: 0 });
  const agent = new Agent({ connect, headersTimeout: pauseMs, bodyTimeout: pauseMs });
  try {
    const answer = await follow(new URL(url), agent, options);
    // A reader gets the error, too. To destroy an unread body is an error to undici, which nobody needs.
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
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    rules.checkPort(url.port === "" ? (url.protocol === "http:" ? 80 : 443) : Number(url.port));
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    // The socket checks names by the rules when it looks them up, but not addresses.
    if (isIP(host)) await rules.resolve(host);
    // Asks for uncompressed bytes, since nothing here decompresses them.
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
  throw new Problem(platformProblems.invalidAddress, `${start.href} redirects more than ${maxRedirects} times.`);
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
