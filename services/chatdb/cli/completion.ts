import { UsageError } from "@platform/kit/usage-error.ts";
import { commands } from "./commands.ts";
import { options, settings, sharedOptions } from "./options.ts";

/** Words that may follow the command's name. */
const firstWords: Readonly<Record<string, readonly string[]>> = {
  datasource: ["add", "test", "list", "remove"],
  completion: ["bash", "zsh", "fish"],
};

/** Returns the script that completes `chatdb` in a shell. @throws UsageError for an unknown shell */
export function completion(shell: string): string {
  if (shell === "bash") return bash();
  if (shell === "zsh") return zsh();
  if (shell === "fish") return fish();
  throw new UsageError(`completion: expected bash, zsh or fish, not "${shell}"`);
}

const names = Object.keys(commands);
const optionsOf = (command: string) => [...commands[command as keyof typeof commands].takes, ...sharedOptions];

/** The values of an option that takes one of a list; undefined for others. */
function valuesOf(option: string): readonly string[] | undefined {
  let type: unknown = settings.shape[option as keyof typeof settings.shape];
  while (hasUnwrap(type)) type = type.unwrap();
  return type !== undefined && typeof type === "object" && type !== null && "options" in type
    ? (type.options as string[])
    : undefined;
}

const hasUnwrap = (type: unknown): type is { unwrap: () => unknown } =>
  typeof type === "object" && type !== null && "unwrap" in type;

const takesValue = (option: string) => options[option as keyof typeof options].type === "string";
const listed = Object.keys(options).flatMap((option) => {
  const values = valuesOf(option);
  return values ? [{ option, values }] : [];
});
const free = Object.keys(options).filter((option) => takesValue(option) && !valuesOf(option));

const dashed = (names: readonly string[], separator: string) => names.map((name) => `--${name}`).join(separator);

interface CaseParts {
  /** The word before the cursor and the one at it, as the shell writes them. */
  readonly before: string;
  readonly current: string;
  /** Offers words, separated by spaces. */
  readonly reply: (words: string) => string;
  /** What to do after an option with a value of any kind. */
  readonly freeValue: string;
  /** The branch for words without a list; empty to offer nothing. */
  readonly otherwise: readonly string[];
}

/** The part that bash and zsh have in common: cases over the option before the cursor, then over the command. */
const cases = ({ before, current, reply, freeValue, otherwise }: CaseParts) =>
  [
    `  case "${before}" in`,
    ...listed.map(({ option, values }) => `    --${option}) ${reply(values.join(" "))}; return ;;`),
    `    ${dashed(free, "|")}) ${freeValue} ;;`,
    "  esac",
    `  if [[ "${current}" == -* ]]; then`,
    '    case "$command" in',
    ...names.map((name) => `    ${name}) ${reply(dashed(optionsOf(name), " "))} ;;`),
    `    *) ${reply("--help --version")} ;;`,
    "    esac",
    "    return",
    "  fi",
    '  case "$command" in',
    `    "") ${reply(names.join(" "))} ;;`,
    ...Object.entries(firstWords).map(([name, words]) => `    ${name}) ${reply(words.join(" "))} ;;`),
    ...otherwise,
    "  esac",
  ].join("\n");

function bash(): string {
  const reply = (words: string) => `COMPREPLY=($(compgen -W "${words}" -- "$current"))`;
  return `# Completes chatdb in bash: source <(chatdb completion bash)
_chatdb() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${names.join("|")}) command="$word"; break ;; esac
  done
${cases({ before: "$before", current: "$current", reply, freeValue: "return", otherwise: [] })}
}
complete -o default -F _chatdb chatdb`;
}

function zsh(): string {
  const reply = (words: string) => `compadd -- ${words}`;
  return `#compdef chatdb
# Completes chatdb in zsh: source <(chatdb completion zsh)
_chatdb() {
  local command="" word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in (${names.join("|")}) command="$word"; break ;; esac
  done
${cases({ before: "${words[CURRENT-1]}", current: "${words[CURRENT]}", reply, freeValue: "_files; return", otherwise: ["    *) _files ;;"] })}
}
compdef _chatdb chatdb`;
}

function fish(): string {
  const lines = Object.keys(options).flatMap((option) => {
    const users = sharedOptions.includes(option) ? names : names.filter((name) => optionsOf(name).includes(option));
    const values = valuesOf(option);
    const value = values ? ` -xa '${values.join(" ")}'` : takesValue(option) ? " -r" : "";
    return `complete -c chatdb -n '__fish_seen_subcommand_from ${users.join(" ")}' -l ${option}${value}`;
  });
  return [
    "# Completes chatdb in fish: chatdb completion fish | source",
    `complete -c chatdb -n __fish_use_subcommand -fa '${names.join(" ")}'`,
    "complete -c chatdb -n __fish_use_subcommand -l help",
    "complete -c chatdb -n __fish_use_subcommand -l version",
    ...lines,
    ...Object.entries(firstWords).map(
      ([name, words]) => `complete -c chatdb -n '__fish_seen_subcommand_from ${name}' -fa '${words.join(" ")}'`,
    ),
  ].join("\n");
}
