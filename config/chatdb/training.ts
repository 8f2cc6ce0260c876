import { bytes, seconds, type Size } from "../../components/workload/quantities.ts";
import type { Issue } from "../issue.ts";
import type { Settings } from "../schema.ts";
import { serviceSettings, type ServiceName } from "./sizes.ts";

type Training = Settings["training"];

/** What an engine needs besides its trainings. */
const program: Size = "128Mi";

/** What does not fit together in how models are trained: heaps that an engine's pod has no room for. */
export function trainingIssues({ training, serviceDefaults, services }: Settings): Issue[] {
  const { jobsPerEngine, memoryPerJob } = training;
  const { memory } = serviceSettings("ml-engine", serviceDefaults, services["ml-engine"] ?? {}).limits;
  if (jobsPerEngine * bytes(memoryPerJob) + bytes(program) <= bytes(memory)) return [];
  const message = `${jobsPerEngine} at a time with ${memoryPerJob} each, and ${program} for the program, are more than the limit of ${memory} of an engine: raise services.ml-engine.limits.memory, or take fewer`;
  return [{ path: "training.jobsPerEngine", message }];
}

/** What services are told of how models are trained. */
export function trainingEnvironment(training: Training): Partial<Record<ServiceName, Record<string, string>>> {
  return {
    "training-orchestrator": {
      MAX_JOBS_AT_A_TIME: String(training.jobsAtATime),
      UNHEARD_ATTEMPT_S: String(seconds(training.unheardFor)),
      KEEP_JOBS_S: String(seconds(training.keepJobs)),
    },
    "ml-engine": {
      TRAINING_CONCURRENCY: String(training.jobsPerEngine),
      TRAINING_MEMORY_MB: String(Math.floor(bytes(training.memoryPerJob) / 2 ** 20)),
      CHECKPOINT_MS: String(seconds(training.checkpointEvery) * 1000),
    },
    "model-registry": { ARTIFACT_GRACE_S: String(seconds(training.artifactGrace)) },
  };
}
