/** ChatDB's workloads in the order in which they start: none of a layer before all of the previous one are ready. */
export const layers = [
  { namespace: "chatdb-system", names: ["postgres", "kafka", "minio"] },
  { namespace: "chatdb-services", names: ["training-orchestrator", "model-registry"] },
  { namespace: "chatdb-services", names: ["ml-engine", "query-parser", "db-connector", "prediction-service"] },
  { namespace: "chatdb-services", names: ["api-gateway"] },
] as const;
