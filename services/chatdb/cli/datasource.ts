import { isLoopback, newDataSource, type NewDataSource } from "@chatdb/contracts/data-sources.ts";
import type { Dialect } from "@chatdb/contracts/query.ts";
import { UsageError } from "@platform/kit/usage-error.ts";
import type { Gateway } from "./gateway.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Settings } from "./options.ts";
import { readPassword } from "./password.ts";
import { printRecords } from "./records.ts";
import { sourceColumns, sourceRows } from "./schema-text.ts";
import { printable } from "./table.ts";
import { print, report, type Terminal } from "./terminal.ts";

type Action = (words: readonly string[], settings: Settings, gateway: Gateway, terminal: Terminal) => Promise<number>;

/** The names of each action's words. */
const actions: Readonly<Record<string, { words: readonly string[]; run: Action }>> = {
  add: { words: ["NAME", "URL"], run: add },
  test: { words: ["NAME"], run: ([name], settings, gateway, terminal) => test(name!, settings, gateway, terminal) },
  list: { words: [], run: list },
  remove: { words: ["NAME"], run: remove },
};

/** `chatdb datasource`: adds, tests, lists and removes data sources. */
export async function datasource(
  [name, ...words]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  const action = Object.hasOwn(actions, name!) ? actions[name!]! : undefined;
  if (!action) throw new UsageError(`datasource ${name}: expected ${Object.keys(actions).join(", ")}`);
  if (words.length !== action.words.length)
    throw new UsageError(
      `datasource ${name} takes ${action.words.join(" and ") || "nothing more"}: chatdb datasource --help`,
    );
  if (name !== "add" && (settings.tls !== undefined || settings["password-env"] !== undefined))
    throw new UsageError("--tls and --password-env are for datasource add");
  return await action.run(words, settings, gateway, terminal);
}

async function add(
  [name, url]: readonly string[],
  settings: Settings,
  gateway: Gateway,
  terminal: Terminal,
): Promise<number> {
  const location = locationOf(url!);
  const request = { name: name!, ...location, ...(settings.tls !== undefined && { tls: settings.tls }) };
  checkRequest(request);
  const password = location.user === "" ? undefined : await readPassword(settings["password-env"], terminal);
  const added = await gateway.addSource({ ...request, ...(password !== undefined && { password }) });
  report(terminal, `Added the data source ${added.name}.`);
  if (settings.tls === undefined && added.tls === "disable" && isLoopback(added.host))
    report(terminal, `TLS is off, since ${added.host} is the gateway's own machine; --tls require turns it on.`);
  const code = await test(added.name, settings, gateway, terminal);
  report(
    terminal,
    code === exitCodes.success
      ? `To ask it: chatdb ask --datasource ${added.name} "..."`
      : `It is kept; to give other details: chatdb datasource remove ${added.name}, and add it again.`,
  );
  return code;
}

async function test(name: string, { format }: Settings, gateway: Gateway, terminal: Terminal): Promise<number> {
  const result = await gateway.testSource(name);
  if (format === "json") print(terminal, JSON.stringify(result, undefined, 2));
  else if (result.ok)
    print(terminal, printable(`${name}: ${result.server ?? "connected"}, ${Math.round(result.took_ms)} ms`));
  if (!result.ok) report(terminal, printable(`chatdb: ${name}: ${result.reason ?? "cannot be reached"}`));
  return result.ok ? exitCodes.success : exitCodes.failure;
}

async function list(_: readonly string[], settings: Settings, gateway: Gateway, terminal: Terminal): Promise<number> {
  const sources = await gateway.sources();
  printRecords(
    { value: sources, columns: sourceColumns, rows: sourceRows(sources), none: "There is no data source." },
    settings,
    terminal,
  );
  return exitCodes.success;
}

async function remove([name]: readonly string[], _: Settings, gateway: Gateway, terminal: Terminal): Promise<number> {
  await gateway.removeSource(name!);
  report(terminal, `Removed the data source ${name}.`);
  return exitCodes.success;
}

const dialects: Readonly<Record<string, Dialect>> = {
  "postgresql:": "postgresql",
  "postgres:": "postgresql",
  "mysql:": "mysql",
  "mariadb:": "mysql",
  "mongodb:": "mongodb",
};

/** Parses `postgresql://user@host:port/database`. @throws UsageError for another form, or one with a password */
function locationOf(text: string): Omit<NewDataSource, "name"> {
  const form = "expected a URL such as postgresql://user@localhost:5432/database, or mysql:// or mongodb://";
  if (!URL.canParse(text)) throw new UsageError(form);
  const { protocol, username, password, hostname, port, pathname, search } = new URL(text);
  const dialect = dialects[protocol];
  const database = decode(pathname.slice(1));
  if (dialect === undefined || hostname === "" || database === "") throw new UsageError(form);
  if (password !== "")
    throw new UsageError(
      "leave the password out of the URL, which lists of processes show: it is asked for, or --password-env names it",
    );
  if (search !== "") throw new UsageError(`the URL takes no "${search}"; --tls sets the encryption`);
  return {
    dialect,
    host: decode(hostname).replace(/^\[|\]$/g, ""),
    ...(port !== "" && { port: Number(port) }),
    database,
    user: decode(username),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError(`${text}: a % in the URL begins two hex digits; write %25 for a % itself`);
  }
}

/** Checks the request before a password is typed. @throws UsageError with everything that is wrong */
function checkRequest(request: NewDataSource): void {
  const { error } = newDataSource.safeParse(request);
  if (error) throw new UsageError(error.issues.map(({ path, message }) => `${path.join(" ")}: ${message}`).join("\n"));
}
