export type CommandName =
  | "ask"
  | "sql"
  | "sources"
  | "datasource"
  | "schema"
  | "train"
  | "jobs"
  | "cancel"
  | "retry"
  | "models"
  | "import"
  | "promote"
  | "rollback"
  | "compare"
  | "predict"
  | "completion";

interface Shape {
  /** The smallest number of words after the command's name. */
  minWords: number;
  /** The largest number of words after the command's name. Default: any number. */
  maxWords?: number;
  /** What the words are, for messages. */
  needs: string;
  /** Options of this command, besides those of every command. */
  takes: readonly string[];
}

/** The words and options of each command. */
export const commands: Readonly<Record<CommandName, Shape>> = {
  ask: { minWords: 1, needs: "a question", takes: ["datasource", "take", "follow", "expanded"] },
  sql: { minWords: 1, needs: "a statement that reads", takes: ["datasource", "expanded"] },
  sources: { minWords: 0, maxWords: 0, needs: "nothing", takes: [] },
  datasource: {
    minWords: 1,
    maxWords: 3,
    needs: "add, test, list or remove",
    takes: ["tls", "password-env"],
  },
  schema: { minWords: 0, maxWords: 0, needs: "nothing", takes: ["datasource"] },
  train: {
    minWords: 1,
    maxWords: 1,
    needs: "a file, or the location of a dataset",
    takes: ["target", "model", "family", "set", "priority", "follow"],
  },
  jobs: { minWords: 0, maxWords: 1, needs: "nothing", takes: ["status", "model", "follow"] },
  cancel: { minWords: 1, maxWords: 1, needs: "the id of a job", takes: [] },
  retry: { minWords: 1, maxWords: 1, needs: "the id of a job", takes: ["follow"] },
  models: { minWords: 0, maxWords: 1, needs: "nothing", takes: [] },
  import: {
    minWords: 2,
    maxWords: 2,
    needs: "the name of a model and a .onnx file",
    takes: ["target", "features", "classes"],
  },
  promote: { minWords: 2, maxWords: 2, needs: "the name of a model and a version", takes: ["to"] },
  rollback: { minWords: 1, maxWords: 1, needs: "the name of a model", takes: [] },
  compare: { minWords: 3, maxWords: 3, needs: "the name of a model and two versions", takes: [] },
  predict: { minWords: 1, needs: "the name of a model", takes: ["version", "file", "explain"] },
  completion: { minWords: 1, maxWords: 1, needs: "the name of a shell: bash, zsh or fish", takes: [] },
};

export const isCommand = (name: string | undefined): name is CommandName =>
  name !== undefined && Object.hasOwn(commands, name);
