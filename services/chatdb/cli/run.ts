import { createInterface, type Interface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { ask, type AskContext, type Prompt } from "./ask.ts";
import type { CommandName } from "./commands.ts";
import { completion } from "./completion.ts";
import { compare } from "./compare.ts";
import { openGateway, type Gateway } from "./gateway.ts";
import { datasource } from "./datasource.ts";
import { messageOf } from "./error-text.ts";
import { helpOf } from "./help.ts";
import { importModel } from "./import.ts";
import { cancel, retry } from "./job-changes.ts";
import { jobs } from "./jobs.ts";
import { models } from "./models.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { parseCommand, type Settings } from "./options.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { onlySource } from "./only-source.ts";
import { predict } from "./predict.ts";
import { schemaText, sourcesText } from "./schema-text.ts";
import { promote, rollback } from "./stages.ts";
import { print, report, widthOf, type Terminal } from "./terminal.ts";
import { sql } from "./sql.ts";
import manifest from "./package.json" with { type: "json" };
import { train } from "./train.ts";

/** The command `chatdb`. @returns its exit code */
export async function run(args: string[], terminal: Terminal): Promise<number> {
  let gateway: Gateway | undefined;
  let url: string | undefined;
  try {
    const command = parseCommand(args, terminal.env);
    if (command.name === "help") {
      print(terminal, helpOf(command.of));
      return exitCodes.success;
    }
    if (command.name === "version") {
      print(terminal, manifest.version);
      return exitCodes.success;
    }
    url = command.url;
    gateway = openGateway(url, command.token);
    return await handlers[command.name](command.words, command, gateway, terminal);
  } catch (error) {
    // The reader of the output closed it, as `head` does.
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return exitCodes.success;
    report(
      terminal,
      messageOf(error, url)
        .split("\n")
        .map((line) => `chatdb: ${line}`)
        .join("\n"),
    );
    if (error instanceof UsageError) report(terminal, "chatdb --help says more.");
    return exitCodeOf(error);
  } finally {
    await gateway?.close();
  }
}

type Handler = (words: readonly string[], settings: Settings, gateway: Gateway, terminal: Terminal) => Promise<number>;

const handlers: Readonly<Record<CommandName, Handler>> = {
  ask: (words, settings, gateway, terminal) => converse(words, { ...settings, gateway, terminal }),
  sql,
  sources: async (_, settings, gateway, terminal) => {
    const sources = await gateway.sources();
    return printIn(settings, terminal, sources, sourcesText(sources, widthOf(terminal)));
  },
  datasource,
  schema: async (_, settings, gateway, terminal) => {
    const schema = await gateway.schema(settings.datasource ?? (await onlySource(gateway)));
    return printIn(settings, terminal, schema, schemaText(schema, widthOf(terminal)));
  },
  train,
  jobs,
  cancel,
  retry,
  models,
  import: importModel,
  promote,
  rollback,
  compare,
  predict,
  completion: ([shell], _, __, terminal) => {
    print(terminal, completion(shell!));
    return Promise.resolve(exitCodes.success);
  },
};

function printIn({ format }: Settings, terminal: Terminal, value: unknown, asText: string): number {
  if (format === "csv") throw new UsageError("--format csv is for rows; take table or json");
  print(terminal, format === "json" ? JSON.stringify(value, undefined, 2) : asText);
  return exitCodes.success;
}

/**
 * Asks one question, or with --follow one per line until the input ends. Returns the exit code of the last question.
 */
async function converse(words: readonly string[], context: AskContext): Promise<number> {
  const { terminal, follow } = context;
  const fromInput = words.length === 1 && words[0] === "-";
  const first = fromInput && !follow ? (await text(terminal.stdin)).trim() : fromInput ? "" : words.join(" ").trim();
  if (first === "" && !follow) throw new UsageError("the question is empty");
  // A pager may follow an answer, so the terminal is only read while somebody is asked.
  if (!follow)
    return (await ask(first, { ...context, ...(isPerson(terminal) && { prompt: promptOnce(terminal) }) })).code;
  const lines = openLines(terminal);
  try {
    const prompt = promptOf(lines);
    const within: AskContext = { ...context, ...(terminal.stdin.isTTY && { prompt }) };
    let outcome = first === "" ? { code: exitCodes.success as number } : await ask(first, within);
    for (let line = await prompt("> "); line !== undefined; line = await prompt("> "))
      if (line.trim() !== "") outcome = await next(line.trim(), within, outcome);
    return outcome.code;
  } finally {
    lines.close();
  }
}

const isPerson = ({ stdin, stdout }: Terminal) => stdin.isTTY === true && stdout.isTTY === true;

const openLines = ({ stdin, stderr }: Terminal) =>
  createInterface({ input: stdin, output: stderr, terminal: stdin.isTTY === true });

/** Reads one line from the terminal. */
const promptOnce =
  (terminal: Terminal): Prompt =>
  async (question) => {
    const lines = openLines(terminal);
    try {
      return await promptOf(lines)(question);
    } finally {
      lines.close();
    }
  };

/**
 * Asks the next question of a conversation. A failed one does not end the conversation, and nothing follows from it.
 */
async function next(
  line: string,
  context: AskContext,
  before: Awaited<ReturnType<typeof ask>>,
): ReturnType<typeof ask> {
  try {
    const outcome = await ask(line, context, before.plan);
    return { plan: before.plan, ...outcome };
  } catch (error) {
    report(context.terminal, `chatdb: ${messageOf(error, context.url)}`);
    return { ...before, code: exitCodeOf(error) };
  }
}

/** Returns lines one by one, including those that were typed before they were asked for. */
function promptOf(lines: Interface): Prompt {
  const iterator = lines[Symbol.asyncIterator]();
  let ended = false;
  lines.once("close", () => (ended = true));
  return async (text) => {
    if (!ended && lines.terminal) {
      lines.setPrompt(text);
      lines.prompt();
    }
    const { value, done } = await iterator.next();
    return done === true ? undefined : value;
  };
}
