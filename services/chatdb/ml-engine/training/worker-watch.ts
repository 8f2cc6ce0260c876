import { createHash } from "node:crypto";
import { canonicalJson } from "@chatdb/ml-model/canonical-json.ts";
import type { BoundState, TrainingTask, WorkerMessage } from "./trainer.ts";
import type { Watch } from "./watch.ts";

/** Milliseconds between two messages about the same step. */
const progressMs = 100;

/** Bytes of a state that is kept as often as asked for. Larger ones are kept the less often: storing them is work, too. */
const fewBytes = 2 ** 23;

/**
 * Tells of a training to the thread that started it. Its state is kept with what it is a state of.
 * @param material digest of what it learns from
 */
export function createWatch(task: TrainingTask, material: string, send: (message: WorkerMessage) => void): Watch {
  const { target, parameters, codeVersion, checkpointMs, resumeFrom } = task;
  const training = canonicalJson({ material, target: target ?? null, parameters, codeVersion });
  const bind = (state: Uint8Array): BoundState => ({
    binding: createHash("sha256").update(training).update(state).digest("hex"),
    state,
  });
  const told = { at: -Infinity, step: "" };
  let keepAt = performance.now() + checkpointMs;
  const fits = resumeFrom !== undefined && bind(resumeFrom.state).binding === resumeFrom.binding;
  if (fits) send({ kind: "log", text: "Goes on from where an earlier start of this attempt was cut off." });
  else if (resumeFrom)
    send({
      kind: "log",
      text: "Begins anew: what an earlier start had kept is damaged, of other data, or of another version of the program.",
    });
  return {
    progress(share, step) {
      const now = performance.now();
      if (step === told.step && now - told.at < progressMs) return;
      Object.assign(told, { at: now, step });
      send({ kind: "progress", share, step });
    },
    log: (text) => send({ kind: "log", text }),
    checkpoint(state) {
      if (performance.now() < keepAt) return;
      const bytes = state();
      send({ kind: "checkpoint", state: bind(bytes) });
      keepAt = performance.now() + checkpointMs * Math.max(1, bytes.byteLength / fewBytes);
    },
    resumeFrom: fits ? resumeFrom.state : undefined,
  };
}
