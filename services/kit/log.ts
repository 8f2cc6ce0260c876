import pino from "pino";

export type Logger = pino.Logger;

const secrets = ["authorization", "cookie", "password"];

/** JSON lines on standard output, with a name and without secrets. */
export function createLogger(name: string, level = "info"): Logger {
  return pino({
    name,
    level,
    redact: [...secrets, ...secrets.map((key) => `*.${key}`), ...secrets.map((key) => `*.headers.${key}`), '*.headers["set-cookie"]'],
  });
}
