import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { ConfigurationError, readEnv } from "@chatdb/kit/env.ts";
import { languageModelEnv, languageModelOf } from "@chatdb/query-parser/language-model/options.ts";
import { z } from "zod";
import { keptDirectory, temporaryDirectory } from "./data-directory.ts";
import { greeting } from "./greeting.ts";
import { help, parseOptions, UsageError, type Options } from "./options.ts";
import { startPlatform, type Platform } from "./platform.ts";

/** Time to stop in, in ms; what is not done by then is cut off. */
const stopTimeoutMs = 1500;

/** @throws UsageError where the address cannot be listened on: before the databases start, which takes seconds. */
async function checkAddress({ host, port }: Options): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    throw cannotListen({ host, port }, error);
  }
  server.close();
  await once(server, "close");
}

function cannotListen({ host, port }: { host: string; port: number }, error: unknown): unknown {
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} is in use; choose another with --port`,
    EACCES: `port ${port} needs more rights; choose one above 1023 with --port`,
    EADDRNOTAVAIL: `this machine has no address ${host}; choose another with --host`,
    ENOTFOUND: `there is no host ${host}; choose another with --host`,
    EAI_AGAIN: `the host ${host} cannot be looked up; choose another with --host`,
  };
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ""];
  return reason === undefined ? error : new UsageError(reason, { cause: error });
}

async function run(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return console.log(help);
  const languageModel = languageModelOf(readEnv(z.object(languageModelEnv)));
  const started = performance.now();
  await checkAddress(options);
  const directory = options.directory === undefined ? temporaryDirectory() : keptDirectory(options.directory);
  process.once("exit", () => directory.release());

  const starting = Promise.withResolvers<Platform>();
  let stopping = false;
  const stop = async () => {
    // One Ctrl-C in a terminal arrives twice: from the terminal, and passed on by npm.
    if (stopping) return;
    stopping = true;
    console.log("\nStopping.");
    const stopped = starting.promise.then((platform) => platform.close());
    await Promise.race([stopped, delay(stopTimeoutMs)]);
    process.exit(0);
  };
  process.on("SIGINT", () => void stop()).on("SIGTERM", () => void stop());

  console.log("ChatDB is starting.");
  starting.resolve(
    startPlatform({ ...options, directory, languageModel, logLevel: options.verbose ? "info" : "error" }),
  );
  const platform = await starting.promise.catch((error: unknown) => {
    throw cannotListen(options, error);
  });
  if (!stopping) console.log(greeting(platform, performance.now() - started));
}

try {
  await run();
} catch (error) {
  const usage = error instanceof UsageError || error instanceof ConfigurationError;
  if (usage) console.error(`chatdb: ${error.message}`);
  else console.error("chatdb: could not start:", error);
  process.exit(usage ? 2 : 1);
}
