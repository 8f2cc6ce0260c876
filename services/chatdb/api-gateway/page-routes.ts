import type { App } from "@platform/kit/app.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { pageFiles, type PageFile } from "./page-files.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether the route is part of the web page, which holds no data and so needs no token. */
    page?: boolean;
  }
}

/** The settings of signing in, as a public client of the issuer, which has no secret. */
export interface SignIn {
  readonly issuer: string;
  readonly clientId: string;
  readonly audience: string;
  readonly scopes: readonly string[];
}

/**
 * Returns the page's policy: it runs only the gateway's own script, and connects only to the gateway and the issuer.
 */
const policyOf = (signIn: SignIn | undefined) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self'${signIn ? ` ${new URL(signIn.issuer).origin}` : ""}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");

/** Returns the headers of a file. Browsers revalidate it each time, since it changes with the gateway's version. */
const headersOf = ({ type, etag }: PageFile, policy: string) => ({
  "content-type": type,
  etag,
  "cache-control": "no-cache",
  vary: "accept, accept-encoding",
  "content-security-policy": policy,
});

/** Serves the web page: at `/` to browsers, its other files below `/page`. Other clients get the greeting at `/`. */
export async function servePage(app: App, greeting: string, signIn?: SignIn): Promise<void> {
  const files = await pageFiles();
  const index = files.find(({ name }) => name === "index.html");
  if (!index) throw new Error("The web page has no index.html.");
  const policy = policyOf(signIn);
  const signInSettings = signIn
    ? {
        issuer: signIn.issuer,
        client_id: signIn.clientId,
        audience: signIn.audience,
        scope: ["openid", ...signIn.scopes].join(" "),
      }
    : {};
  app.get("/page/sign-in.json", { schema: { hide: true }, config: { page: true } }, () => signInSettings);
  app.get(
    "/",
    { schema: { summary: "The web page; as text, how to ask" }, config: { page: true } },
    (request, reply) => {
      if (request.headers.accept?.includes("text/html")) return send(index, policy, request, reply);
      return reply.headers({ vary: "accept" }).type("text/plain; charset=utf-8").send(greeting);
    },
  );
  for (const file of files) {
    app.get(`/page/${file.name}`, { schema: { hide: true }, config: { page: true } }, (request, reply) =>
      send(file, policy, request, reply),
    );
  }
}

function send(file: PageFile, policy: string, { headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  void reply.headers(headersOf(file, policy));
  const known = headers["if-none-match"]?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known?.includes(file.etag)) return reply.code(304).send();
  if (!/\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(String(headers["accept-encoding"] ?? "")))
    return reply.send(file.content);
  return reply.header("content-encoding", "gzip").send(file.gzipped);
}
