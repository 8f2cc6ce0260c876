/** The addresses of the services behind the gateway. */
export interface Upstreams {
  readonly trainingOrchestrator: string;
  readonly mlEngine: string;
  readonly queryParser: string;
  readonly modelRegistry: string;
  readonly predictionService: string;
  readonly dbConnector: string;
}

export interface Route {
  /** The first part of the path, below `/api` or at the root. */
  readonly prefix: string;
  readonly upstream: keyof Upstreams;
  /** The only path of the upstream that is reachable. Default: the prefix, and all below it. */
  readonly only?: string;
  /** How long the upstream may take until its answer begins, and may pause later, in ms. */
  readonly timeoutMs: number;
  readonly summary: string;
  /** Whether the route stores data, so that methods other than GET and HEAD need the scope `write`. Default: false. */
  readonly stored?: boolean;
  /** Whether POST below the prefix of a stored route only reads, and so needs the scope `read`. Default: false. */
  readonly postReadsBelow?: boolean;
}

/** The public routes. A service without a route cannot be reached from outside. */
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
    stored: true,
    postReadsBelow: true,
  },
  {
    prefix: "/models",
    upstream: "modelRegistry",
    timeoutMs: 30_000,
    summary: "Trained models and their versions",
    stored: true,
  },
  {
    prefix: "/datasets",
    upstream: "modelRegistry",
    timeoutMs: 60_000,
    summary: "Data sets to train from",
    stored: true,
  },
  { prefix: "/jobs", upstream: "trainingOrchestrator", timeoutMs: 10_000, summary: "Training jobs", stored: true },
  { prefix: "/predict", upstream: "predictionService", timeoutMs: 10_000, summary: "Predictions from a model" },
  { prefix: "/engine", upstream: "mlEngine", only: "/", timeoutMs: 10_000, summary: "What the ML engine is" },
];
