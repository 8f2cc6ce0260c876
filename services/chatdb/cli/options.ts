import { parseArgs } from "node:util";
import { tls } from "@chatdb/contracts/data-sources.ts";
import { defaultUrl } from "@chatdb/contracts/gateway-url.ts";
import { jobStatus, priority } from "@chatdb/contracts/jobs.ts";
import { stage, versionReference } from "@chatdb/contracts/models.ts";
import { family } from "@chatdb/contracts/training-parameters.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import { z } from "zod";
import { commands, isCommand, type CommandName } from "./commands.ts";

const oneOf = <T extends Record<string, string>>(values: z.ZodEnum<T>) => values.options.join(", ");
export const settings = z.object({
  url: z.url({ protocol: /^https?$/, error: `expected an address such as ${defaultUrl}` }).default(defaultUrl),
  token: z.string().optional(),
  datasource: z.string().min(1, "expected a name").optional(),
  format: z.enum(["table", "json", "csv"], { error: "expected table, json or csv" }).default("table"),
  take: z.coerce
    .number({ error: "expected a number from 1" })
    .int("expected a whole number")
    .min(1, "expected a number from 1")
    .optional(),
  follow: z.boolean().default(false),
  expanded: z.boolean().default(false),
  target: z.string().min(1, "expected the name of a column").optional(),
  model: z.string().min(1, "expected a name").optional(),
  family: z.enum(family.options, { error: `expected one of ${oneOf(family)}` }).optional(),
  set: z.array(z.string().regex(/^\w+=./, "expected name=value")).default([]),
  priority: z.enum(priority.options, { error: `expected ${oneOf(priority)}` }).optional(),
  status: z.enum(jobStatus.options, { error: `expected one of ${oneOf(jobStatus)}` }).optional(),
  to: z.enum(stage.options, { error: `expected one of ${oneOf(stage)}` }).default("production"),
  version: z
    .string()
    .refine((text) => versionReference.safeParse(text).success, "expected a number, latest, staging or production")
    .default("latest"),
  file: z.string().min(1, "expected a file").optional(),
  explain: z.boolean().default(false),
  features: z.string().min(1, "expected names with commas between").optional(),
  classes: z.string().min(1, "expected names with commas between").optional(),
  tls: z.enum(tls.options, { error: `expected ${oneOf(tls)}` }).optional(),
  "password-env": z.string().min(1, "expected the name of a variable").optional(),
});
export type Settings = z.infer<typeof settings>;

export type Command =
  | { name: "help"; of?: CommandName }
  | { name: "version" }
  | (Settings & { name: CommandName; words: string[] });

const string = { type: "string" } as const;
const boolean = { type: "boolean" } as const;
export const options = {
  url: string,
  token: string,
  datasource: string,
  format: string,
  take: string,
  follow: boolean,
  expanded: { ...boolean, short: "x" },
  target: string,
  model: string,
  family: string,
  set: { ...string, multiple: true },
  priority: string,
  status: string,
  to: string,
  version: string,
  file: string,
  explain: boolean,
  features: string,
  classes: string,
  tls: string,
  "password-env": string,
  help: { ...boolean, short: "h" },
} as const;

/** Options of every command. */
export const sharedOptions: readonly string[] = ["url", "token", "format", "help"];

/** @throws UsageError with everything that is wrong */
export function parseCommand(args: string[], env: NodeJS.ProcessEnv): Command {
  // With a value, --version is an option of `predict`.
  if (args.length === 1 && args[0] === "--version") return { name: "version" };
  const { values, positionals } = parse(args);
  const [name, ...words] = positionals;
  if (values.help) return { name: "help", ...(isCommand(name) && { of: name }) };
  const given = settings.safeParse({
    ...values,
    url: values.url ?? env.CHATDB_URL,
    token: values.token ?? env.CHATDB_TOKEN,
  });
  const problems = [
    ...(isCommand(name) ? misuseOf(name, words, Object.keys(values)) : [unknownCommand(name)]),
    ...(given.success
      ? []
      : given.error.issues.map(({ path: [option], message }) => `--${String(option)}: ${message}`)),
  ];
  if (problems.length > 0 || !given.success || !isCommand(name)) throw new UsageError(problems.join("\n"));
  return { ...given.data, name, words };
}

function unknownCommand(name: string | undefined): string {
  const known = Object.keys(commands).join(", ");
  return name === undefined ? `say what to do: ${known}` : `there is no command "${name}", only ${known}`;
}

/** Finds a wrong number of words and options that the command does not take. */
function misuseOf(name: CommandName, words: readonly string[], given: readonly string[]): string[] {
  const { minWords, maxWords = Infinity, needs, takes } = commands[name];
  return [
    ...(words.length < minWords && !(name === "ask" && given.includes("follow")) ? [`${name} needs ${needs}`] : []),
    ...(words.length > maxWords ? [`${name} takes no "${words.slice(maxWords).join(" ")}"`] : []),
    ...given
      .filter((option) => !sharedOptions.includes(option) && !takes.includes(option))
      .map((option) => `--${option} is not for ${name}`),
  ];
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}
