import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { ConfigurationError } from "@platform/kit/env.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { keptDirectory, temporaryDirectory } from "./data-directory.ts";
import { help, parseOptions, type Options } from "./options.ts";
import type { EmbeddedSystem, RunningSystem } from "./system.ts";

/** Milliseconds to stop in; then the process exits anyway. */
const stopTimeoutMs = 1500;

/** Runs a system until a signal ends it. Exits with 2 for wrong usage and 1 for a failure. */
export async function run(name: string, system: EmbeddedSystem, args: readonly string[]): Promise<void> {
  try {
    await startAndWait(name, system, args);
  } catch (error) {
    const isUsage = error instanceof UsageError || error instanceof ConfigurationError;
    if (isUsage) console.error(`${name}: ${error.message}`);
    else console.error(`${name}: could not start:`, error);
    process.exit(isUsage ? 2 : 1);
  }
}

async function startAndWait(name: string, system: EmbeddedSystem, args: readonly string[]): Promise<void> {
  const options = parseOptions(args, system.port);
  if (options.help) return console.log(help(name, system));
  const started = performance.now();
  await checkAddress(options);
  const directory = options.directory === undefined ? temporaryDirectory() : keptDirectory(options.directory);
  process.once("exit", () => directory.release());

  const starting = Promise.withResolvers<RunningSystem>();
  let stopping = false;
  const stop = async () => {
    // One Ctrl-C arrives twice: from the terminal and from npm.
    if (stopping) return;
    stopping = true;
    console.log("\nStopping.");
    const stopped = starting.promise.then((running) => running.close());
    await Promise.race([stopped, delay(stopTimeoutMs)]);
    process.exit(0);
  };
  process.on("SIGINT", () => void stop()).on("SIGTERM", () => void stop());

  console.log(`${system.title} is starting.`);
  starting.resolve(system.start({ ...options, directory, logLevel: options.verbose ? "info" : "error" }));
  const { greeting } = await starting.promise.catch((error: unknown) => {
    throw cannotListen(options, error);
  });
  if (stopping) return;
  console.log(`\n${system.title} is ready after ${((performance.now() - started) / 1000).toFixed(1)} s: ${greeting}
Ctrl-C stops it.
`);
}

/**
 * Checks the address before the databases start, which takes seconds. @throws UsageError if it cannot be listened on
 */
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
