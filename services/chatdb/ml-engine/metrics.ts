import { Counter, Histogram, type Registry } from "prom-client";

export type EngineMetrics = ReturnType<typeof createMetrics>;

export function createMetrics(registry: Registry) {
  const registers = [registry];
  return {
    jobs: new Counter({
      name: "training_jobs_total",
      help: "Attempts that ended in this engine, by outcome.",
      labelNames: ["outcome"] as const,
      registers,
    }),
    trainings: new Histogram({
      name: "training_duration_seconds",
      help: "Time from opening a dataset to the registered model, or to the failure.",
      buckets: [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000],
      registers,
    }),
    feedback: new Counter({
      name: "query_feedback_total",
      help: "Feedback on answers that was stored, by verdict.",
      labelNames: ["verdict"] as const,
      registers,
    }),
    questions: new Counter({
      name: "query_events_total",
      help: "Questions asked, by outcome.",
      labelNames: ["outcome"] as const,
      registers,
    }),
  };
}
