import { z } from "zod";
import { bytes, seconds, type Size } from "../../components/workload/quantities.ts";
import { addressRanges } from "../address-ranges.ts";
import { size, wholeSeconds } from "../fields.ts";
import type { Issue } from "../issue.ts";
import { serviceSettings, type ServicesSettings } from "./services.ts";

/** How models are trained (docs/operations.md). */
export const training = z.strictObject({
  concurrentJobs: z.int().min(1).max(1000).default(16).describe("Jobs that are with the engines; the others wait."),
  jobsPerEngine: z.int().min(1).max(100).default(2).describe("Jobs that each replica of ml-engine trains at a time."),
  memoryPerJob: size
    .refine((memory) => bytes(memory) >= bytes("64Mi"), 'must be at least "64Mi": the program itself needs some')
    .default("192Mi")
    .describe("Heap of one training."),
  checkpointEvery: wholeSeconds(1).default("5s").describe("How much work of a training a crash may cost."),
  heartbeatTimeout: wholeSeconds(60).default("10m").describe("Silence after which a job is sent to the engines again."),
  keepJobs: wholeSeconds(0)
    .refine((time) => seconds(time) === 0 || seconds(time) >= 3600, 'must be at least "1h", or "0s" for good')
    .default("90d")
    .describe(
      "How long jobs stay on record after they have ended, with histories and idempotency keys. `0s`: for good.",
    ),
  artifactGrace: wholeSeconds(60)
    .default("1h")
    .describe("How long the registry keeps the bytes of a model that no version names."),
  webDatasets: addressRanges([443, 80], "datasets")
    .prefault({})
    .describe(
      "Datasets that jobs name by https:// or http://. Without ranges jobs read none from the web. " +
        "Private addresses are open only if a range is as narrow as theirs.",
    ),
});

export type TrainingSettings = z.infer<typeof training>;

/** What an engine needs besides its trainings. */
const program: Size = "128Mi";

/** What does not fit together: heaps that an engine's pod has no room for, exceptions from nothing. */
export function trainingIssues({ training, services }: { training: TrainingSettings; services: ServicesSettings }) {
  const { jobsPerEngine, memoryPerJob, webDatasets } = training;
  const issues: Issue[] = [];
  const { memory } = serviceSettings(services, "ml-engine").limits;
  if (jobsPerEngine * bytes(memoryPerJob) + bytes(program) > bytes(memory)) {
    issues.push({
      path: "training.jobsPerEngine",
      message:
        `${jobsPerEngine} at a time with ${memoryPerJob} each, and ${program} for the program, are more than the limit ` +
        `of ${memory} of an engine: raise services.ml-engine.limits.memory, or take fewer`,
    });
  }
  if (webDatasets.ranges.length === 0 && webDatasets.except.length > 0) {
    issues.push({
      path: "training.webDatasets.except",
      message: "is of no use without ranges: jobs read no dataset from the web",
    });
  }
  return issues;
}
