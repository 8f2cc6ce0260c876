import { describeSettings, type SettingDescription } from "../config/describe-settings.ts";
import { serviceNames, specifiedSizes } from "../config/chatdb/services.ts";
import { secretTitle } from "../config/fields.ts";
import { project } from "../config/project.ts";
import { settingKey, sharedNamespace } from "../config/setting-key.ts";
import { systems } from "../systems/index.ts";

/** One row of the table of settings. */
interface Row {
  readonly setting: string;
  readonly type: string;
  readonly meaning: string;
  readonly default: string;
}

/** The settings that everybody needs, for the README. */
const essential = [
  "platform:systems",
  "platform:allowedContexts",
  "platform:imageRegistry",
  "platform:imageTag",
  "platform:protect",
  "chatdb:gateway.serviceType",
  "chatdb:gateway.ingress",
  "chatdb:dataSources.configured",
  "chatdb:postgres.instances",
  "chatdb:services.defaults",
];

/** The settings that all systems share, as Pulumi.yaml declares them. */
function sharedSettings(): Row[] {
  return Object.entries(project().config).map(([name, { type, description, default: value }]) => ({
    setting: settingKey(sharedNamespace, name),
    type,
    meaning: description,
    default: code(JSON.stringify(value)),
  }));
}

/** The settings of a system, with each inner field on a row of its own. */
async function systemSettings(system: string): Promise<Row[]> {
  const { declaration } = await systems[system]!();
  return describeSettings(declaration.schema)
    .filter(({ path }) => !isRepeated(path))
    .map((row) => ({
      setting: settingKey(declaration.namespace, row.path),
      type: row.type,
      meaning: row.meaning,
      default: defaultOf(row),
    }));
}

/** The fields of each single service are those of `services.defaults`. */
function isRepeated(path: string): boolean {
  const [group, name, ...fields] = path.split(".");
  return group === "services" && name !== "defaults" && fields.length > 0;
}

function defaultOf({ default: value, required, type }: SettingDescription): string {
  if (value !== undefined) return code(JSON.stringify(value));
  if (required) return type === secretTitle ? "required, encrypted" : "required";
  return type === secretTitle ? "none; encrypted" : "";
}

const code = (text: string) => `\`${text}\``;

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ setting, type, meaning, default: value }) =>
    [code(setting), type, meaning, value].map((cell) => ` ${cell.replaceAll("|", "\\|")} `).join("|"),
  );
  return [
    "| setting | type | meaning | default |",
    "| --- | --- | --- | --- |",
    ...lines.map((line) => `|${line}|`),
  ].join("\n");
}

/** The few settings that everybody needs, as a Markdown table. */
export async function essentialSettingsTable(): Promise<string> {
  const rows = await allRows();
  return table(essential.map((name) => rows.find(({ setting }) => setting === name)!));
}

/** All shared settings as a Markdown table. */
export function sharedSettingsTable(): string {
  return table(sharedSettings());
}

/** All settings of a system as a Markdown table. */
export async function systemSettingsTable(system: string): Promise<string> {
  return table(await systemSettings(system));
}

/** Sizes of ChatDB's services as its specification gives them, as a Markdown table. */
export function sizesTable(): string {
  const rows = serviceNames.map((name) => {
    const { scaling, requests, limits } = specifiedSizes[name];
    const cells = [
      `${scaling.min} to ${scaling.max}`,
      `${scaling.cpu} %, ${scaling.memory} %`,
      `${requests.cpu}, ${requests.memory}`,
      `${limits.cpu}, ${limits.memory}`,
    ];
    return `| ${name} | ${cells.join(" | ")} |`;
  });
  const head = "| service | replicas | scaled at CPU, memory | requests | limits |";
  return [head, "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

async function allRows(): Promise<Row[]> {
  return [...sharedSettings(), ...(await Promise.all(Object.keys(systems).map(systemSettings))).flat()];
}
