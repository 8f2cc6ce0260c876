export type CommandName =
  | "ask"
  | "sources"
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
  | "predict";

interface Shape {
  /** Words after the command's name: how many at least and at most (default: any number), and what they are. */
  least: number;
  most?: number;
  needs: string;
  /** Options besides those of every command. */
  takes: readonly string[];
}

/** What each command is given. */
export const commands: Readonly<Record<CommandName, Shape>> = {
  ask: { least: 1, needs: "a question", takes: ["datasource", "take", "follow"] },
  sources: { least: 0, most: 0, needs: "nothing", takes: [] },
  schema: { least: 0, most: 0, needs: "nothing", takes: ["datasource"] },
  train: {
    least: 1,
    most: 1,
    needs: "a file, or the location of a dataset",
    takes: ["target", "model", "family", "set", "priority", "follow"],
  },
  jobs: { least: 0, most: 1, needs: "nothing", takes: ["status", "model", "follow"] },
  cancel: { least: 1, most: 1, needs: "the id of a job", takes: [] },
  retry: { least: 1, most: 1, needs: "the id of a job", takes: ["follow"] },
  models: { least: 0, most: 1, needs: "nothing", takes: [] },
  import: {
    least: 2,
    most: 2,
    needs: "the name of a model and a .onnx file",
    takes: ["target", "features", "classes"],
  },
  promote: { least: 2, most: 2, needs: "the name of a model and a version", takes: ["to"] },
  rollback: { least: 1, most: 1, needs: "the name of a model", takes: [] },
  compare: { least: 3, most: 3, needs: "the name of a model and two versions", takes: [] },
  predict: { least: 1, needs: "the name of a model", takes: ["version", "file", "explain"] },
};

export const isCommand = (name: string | undefined): name is CommandName =>
  name !== undefined && Object.hasOwn(commands, name);
