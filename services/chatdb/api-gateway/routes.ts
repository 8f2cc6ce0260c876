/** The services that the gateway leads to, by the name under which the gateway is given their address. */
export interface Upstreams {
  readonly trainingOrchestrator: string;
  readonly mlEngine: string;
  readonly queryParser: string;
  readonly modelRegistry: string;
  readonly predictionService: string;
  readonly dbConnector: string;
}

export interface Route {
  /** First part of the path, at the gateway below `/api` or at its root. */
  readonly prefix: string;
  readonly upstream: keyof Upstreams;
  /** The one path of the upstream that is in reach. Default: the prefix, and all below it. */
  readonly only?: string;
  /** Milliseconds until the upstream's answer must begin, and that it may pause. */
  readonly timeoutMs: number;
  readonly summary: string;
  /** Whether what lies there is kept, and so changed by requests other than GET and HEAD. Default: they only ask. */
  readonly keeps?: boolean;
  /** Whether POST only asks below the prefix, of what is kept there. Default: it changes it. */
  readonly asksBelow?: boolean;
}

/** Who answers what. A service that is not here cannot be reached from outside. */
export const routes: readonly Route[] = [
  {
    prefix: "/parse",
    upstream: "queryParser",
    timeoutMs: 50_000,
    summary: "From a question to SQL, without running it",
  },
  { prefix: "/feedback", upstream: "queryParser", timeoutMs: 10_000, summary: "Whether an answer was right" },
  {
    prefix: "/datasources",
    upstream: "dbConnector",
    timeoutMs: 65_000,
    summary: "Databases that can be asked: their schemas, and queries that read",
    keeps: true,
    asksBelow: true,
  },
  {
    prefix: "/models",
    upstream: "modelRegistry",
    timeoutMs: 30_000,
    summary: "Trained models and their versions",
    keeps: true,
  },
  {
    prefix: "/datasets",
    upstream: "modelRegistry",
    timeoutMs: 60_000,
    summary: "Data sets to train from",
    keeps: true,
  },
  { prefix: "/jobs", upstream: "trainingOrchestrator", timeoutMs: 10_000, summary: "Training jobs", keeps: true },
  { prefix: "/predict", upstream: "predictionService", timeoutMs: 10_000, summary: "Predictions from a model" },
  { prefix: "/engine", upstream: "mlEngine", only: "/", timeoutMs: 10_000, summary: "What the ML engine is" },
];
