import { z } from "zod";

/** The environment lacks what a service needs. The message lists all problems, one per line. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** Reads the environment by a schema. Empty variables count as unset, as Kubernetes and shells write "none". */
export function readEnv<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv = process.env): z.infer<S> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    // The rest of the path is the position in a list.
    const name = String(issue.path[0]);
    return given[name] === undefined ? `${name}: not set` : `${name}: ${issue.message}`;
  });
  throw new ConfigurationError(["The environment is not complete:", ...problems].join("\n  "));
}

export const port = z.coerce.number().int().min(0).max(65535);

const hostAndPort = z.string().regex(/^[^\s:,]+:\d{1,5}$/, "expected host:port");

/** An address of another service, such as `http://model-registry:8080`, without a trailing slash. */
export const serviceUrl = z
  .url({ protocol: /^https?$/, error: "expected an address such as http://host:8080" })
  .transform((url) => url.replace(/\/+$/, ""));

/** Variables of every HTTP service. */
export const serverEnv = {
  /** 0 picks a free port. */
  PORT: port,
  HOST: z.string().default("0.0.0.0"),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
};

/** Variables of a PostgreSQL database. */
export const databaseEnv = {
  DATABASE_HOST: z.string(),
  DATABASE_PORT: port.default(5432),
  DATABASE_NAME: z.string(),
  DATABASE_USER: z.string(),
  DATABASE_PASSWORD: z.string(),
  /** As in libpq: `require` encrypts and does not check the server's certificate. */
  DATABASE_SSL: z.enum(["disable", "require"]).default("disable"),
};
export type DatabaseEnv = z.infer<z.ZodObject<typeof databaseEnv>>;

/** Variables of Kafka brokers and the login there. */
export const kafkaEnv = {
  /** Bootstrap brokers: `host:port,host:port`. */
  KAFKA_BOOTSTRAP_SERVERS: z
    .string()
    .transform((list) => list.split(",").map((server) => server.trim()))
    .pipe(z.array(hostAndPort)),
  KAFKA_SASL_MECHANISM: z.enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]).default("SCRAM-SHA-512"),
  /** Default: no login. */
  KAFKA_USERNAME: z.string().optional(),
  KAFKA_PASSWORD: z.string().optional(),
  /** `true` encrypts and checks the brokers' certificates. */
  KAFKA_TLS: z.enum(["true", "false"]).default("false"),
};
export type KafkaEnv = z.infer<z.ZodObject<typeof kafkaEnv>>;

/** Variables of an S3-compatible store. Without S3_ENDPOINT: AWS. */
export const s3Env = {
  S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  S3_REGION: z.string().default("us-east-1"),
  S3_ACCESS_KEY_ID: z.string(),
  S3_SECRET_ACCESS_KEY: z.string(),
};
export type S3Env = z.infer<z.ZodObject<typeof s3Env>>;
