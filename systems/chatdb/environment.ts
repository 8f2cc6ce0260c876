import { bytes, seconds } from "../../components/workload/quantities.ts";
import type { GatewaySettings } from "../../config/chatdb/gateway.ts";
import type { ServiceName } from "../../config/chatdb/services.ts";
import type { TrainingSettings } from "../../config/chatdb/training.ts";

type Environment = Readonly<Record<string, string>>;

/** Port of /metrics at the gateway. No route from outside leads to it. */
const metricsPort = 9090;

/** Variables that hold the settings `chatdb:training`, by service. */
export function trainingEnvironment(training: TrainingSettings): Partial<Record<ServiceName, Environment>> {
  return {
    "training-orchestrator": {
      CONCURRENT_JOBS: String(training.concurrentJobs),
      HEARTBEAT_TIMEOUT_S: String(seconds(training.heartbeatTimeout)),
      KEEP_JOBS_S: String(seconds(training.keepJobs)),
    },
    "ml-engine": {
      JOBS_PER_ENGINE: String(training.jobsPerEngine),
      MEMORY_PER_JOB_MIB: String(Math.floor(bytes(training.memoryPerJob) / 2 ** 20)),
      CHECKPOINT_EVERY_MS: String(seconds(training.checkpointEvery) * 1000),
    },
    "model-registry": { ARTIFACT_GRACE_S: String(seconds(training.artifactGrace)) },
  };
}

/** Variables that set the gateway's trusted proxies and its rate limit per client. */
export function gatewayEnvironment({ ingress, rateLimit }: GatewaySettings): Environment {
  return {
    METRICS_PORT: String(metricsPort),
    ...(ingress && { TRUSTED_PROXIES: String(ingress.proxies) }),
    ...(rateLimit && { RATE_LIMIT_PER_MINUTE: String(rateLimit.perMinute) }),
  };
}
