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

/** The branches of a `case` over the option before the cursor, and over the command. */
const optionCases = (reply: (values: string) => string) => [
  ...listed.map(({ option, values }) => `    --${option}) ${reply(values.join(" "))}; return ;;`),
];
const commandCases = (reply: (words: string) => string) => [
  ...names.map(
    (name) =>
      `    ${name}) ${reply(
        optionsOf(name)
          .map((option) => `--${option}`)
          .join(" "),
      )} ;;`,
  ),
];
const wordCases = (reply: (words: string) => string) => [
  ...Object.entries(firstWords).map(([name, words]) => `    ${name}) ${reply(words.join(" "))} ;;`),
];

function bash(): string {
  const reply = (words: string) => `COMPREPLY=($(compgen -W "${words}" -- "$current"))`;
  return `# Completes chatdb in bash: source <(chatdb completion bash)
_chatdb() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${names.join("|")}) command="$word"; break ;; esac
  done
  case "$before" in
${optionCases(reply).join("\n")}
    ${free.map((option) => `--${option}`).join("|")}) return ;;
  esac
  if [[ "$current" == -* ]]; then
    case "$command" in
${commandCases(reply).join("\n")}
    *) ${reply("--help --version")} ;;
    esac
    return
  fi
  case "$command" in
    "") ${reply(names.join(" "))} ;;
${wordCases(reply).join("\n")}
  esac
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
  case "\${words[CURRENT-1]}" in
${optionCases(reply).join("\n")}
    ${free.map((option) => `--${option}`).join("|")}) _files; return ;;
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    case "$command" in
${commandCases(reply).join("\n")}
    *) ${reply("--help --version")} ;;
    esac
    return
  fi
  case "$command" in
    "") ${reply(names.join(" "))} ;;
${wordCases(reply).join("\n")}
    *) _files ;;
  esac
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
