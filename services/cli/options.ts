import { parseArgs } from "node:util";
import { z } from "zod";

/** What was asked for makes no sense. */
export class UsageError extends Error {}

export const exitCodes = { rows: 0, failure: 1, usage: 2, askedBack: 3 } as const;

export const help = `Asks a database in plain English, by way of ChatDB's gateway.

Usage: chatdb ask [options] QUESTION     the rows that answer it; - reads the question from standard input
       chatdb sources [options]          the data sources
       chatdb schema [options]           the tables and columns of a data source

  --url URL           of the gateway (default: CHATDB_URL, or http://127.0.0.1:8080)
  --token TOKEN       where the gateway asks for one (default: CHATDB_TOKEN, which no list of processes shows)
  --datasource NAME   to ask; may be left out where there is one
  --format FORMAT     table (default), json (the gateway's whole answer) or csv (all rows, however many)
  --take N            of the readings that are offered when the question is not clear, take the Nth
  --follow            go on: each further line is a question that may follow from the one before
  --help              show this

How the question was read is said on standard error, so that standard output has the rows alone.
Exit code: 0 rows, even none; 1 failure; 2 wrong usage; 3 not understood surely enough: the readings to choose from are on standard error.`;

const settings = z.object({
  url: z.url({ protocol: /^https?$/, error: "expected an address such as http://127.0.0.1:8080" }).default("http://127.0.0.1:8080"),
  token: z.string().optional(),
  datasource: z.string().min(1, "expected a name").optional(),
  format: z.enum(["table", "json", "csv"], { error: "expected table, json or csv" }).default("table"),
  take: z.coerce.number({ error: "expected a number from 1" }).int("expected a whole number").min(1, "expected a number from 1").optional(),
  follow: z.boolean().default(false),
});
export type Settings = z.infer<typeof settings>;

export type Command = { name: "help" } | (Settings & ({ name: "ask"; words: string[] } | { name: "sources" } | { name: "schema" }));

const string = { type: "string" } as const;
const boolean = { type: "boolean" } as const;
const options = { url: string, token: string, datasource: string, format: string, take: string, follow: boolean, help: { ...boolean, short: "h" } } as const;

/** @throws UsageError with everything that is wrong */
export function parseCommand(args: string[], env: NodeJS.ProcessEnv): Command {
  const { values, positionals } = parsed(args);
  if (values.help) return { name: "help" };
  const [name, ...words] = positionals;
  const given = settings.safeParse({ ...values, url: values.url ?? env.CHATDB_URL, token: values.token ?? env.CHATDB_TOKEN });
  const problems = given.success ? [] : given.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`);
  if (name !== "ask" && name !== "sources" && name !== "schema") problems.unshift(name === undefined ? "say what to do: ask, sources or schema" : `there is no command "${name}", only ask, sources and schema`);
  if (name === "ask" && words.length === 0 && !values.follow) problems.push("ask needs a question");
  if (name !== "ask" && words.length > 0) problems.push(`${name} takes no "${words.join(" ")}"`);
  if (problems.length > 0 || !given.success) throw new UsageError(problems.join("\n"));
  return name === "ask" ? { ...given.data, name, words } : { ...given.data, name: name as "sources" | "schema" };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
