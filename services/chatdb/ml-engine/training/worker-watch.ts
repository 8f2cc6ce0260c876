import { createHash } from "node:crypto";
import { canonicalJson } from "@chatdb/ml-model/canonical-json.ts";
import type { BoundState, TrainingTask, WorkerMessage } from "./trainer.ts";
import type { Watch } from "./watch.ts";

/** Least time between two messages about the same step, milliseconds. */
const progressMs = 100;

/** Larger states are saved less often, in proportion to their size, since storing them takes time. */
const smallStateBytes = 2 ** 23;

/**
 * Creates a watch that posts reports to the parent thread, and binds states to the training's inputs.
 * @param material digest of the data that it learns from
 */
export function createWatch(task: TrainingTask, material: string, send: (message: WorkerMessage) => void): Watch {
  const { target, parameters, codeVersion, checkpointMs, resumeFrom } = task;
  const training = canonicalJson({ material, target: target ?? null, parameters, codeVersion });
  const bind = (state: Uint8Array): BoundState => ({
    binding: createHash("sha256").update(training).update(state).digest("hex"),
    state,
  });
  const lastReport = { at: -Infinity, step: "" };
  let nextCheckpoint = performance.now() + checkpointMs;
  const usable = resumeFrom !== undefined && bind(resumeFrom.state).binding === resumeFrom.binding;
  if (usable) send({ kind: "log", text: "Resumes from where an earlier start of this attempt was interrupted." });
  else if (resumeFrom)
    send({
      kind: "log",
      text: "Starts from the beginning: the state that an earlier start saved is damaged, or belongs to other data or another version of the program.",
    });
  return {
    progress(share, step) {
      const now = performance.now();
      if (step === lastReport.step && now - lastReport.at < progressMs) return;
      Object.assign(lastReport, { at: now, step });
      send({ kind: "progress", share, step });
    },
    log: (text) => send({ kind: "log", text }),
    checkpoint(state) {
      if (performance.now() < nextCheckpoint) return;
      const bytes = state();
      send({ kind: "checkpoint", state: bind(bytes) });
      nextCheckpoint = performance.now() + checkpointMs * Math.max(1, bytes.byteLength / smallStateBytes);
    },
    resumeFrom: usable ? resumeFrom.state : undefined,
  };
}
