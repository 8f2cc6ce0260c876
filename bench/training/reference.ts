import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The versions to compare with; exact, so that figures are reproducible. */
const packages = ["scikit-learn==1.9.1"];
const environment = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "chatdb", "scikit-learn-1.9.1");

/** A scikit-learn process, which answers one request after another. */
export interface Reference {
  ask<T>(request: Readonly<Record<string, unknown>>): Promise<T>;
  end(): void;
}

/** A prerequisite is missing on this machine; the message has the remedy. */
export class NoReference extends Error {}

/** @param threads upper limit of its threads. Default: its own choice, one for each core */
export function startReference(threads?: number): Reference {
  const limits = threads === undefined ? {} : { OMP_NUM_THREADS: String(threads) };
  const child = spawn(python(), [join(import.meta.dirname, "reference.py")], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...limits },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask<T>(request: Readonly<Record<string, unknown>>) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new NoReference("scikit-learn ended without an answer; its output is above.");
      return JSON.parse(value) as T;
    },
    end: () => void child.stdin.end(),
  };
}

/** Returns the Python of a virtual environment with scikit-learn; creates it if it does not exist. */
function python(): string {
  const program = join(environment, "bin", "python");
  const ready = join(environment, "ready");
  if (existsSync(ready)) return program;
  try {
    execFileSync("python3", ["-m", "venv", environment], { stdio: ["ignore", "inherit", "inherit"] });
    execFileSync(program, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    execFileSync("touch", [ready]);
  } catch (error) {
    throw new NoReference(
      (error as NodeJS.ErrnoException).code === "ENOENT"
        ? "Python is missing: scikit-learn, which trainings are compared with, needs python3 3.11 or later on PATH, with its module venv (Debian: apt install python3-venv)."
        : `scikit-learn could not be installed into ${environment}; what went wrong is above. It comes from PyPI: python3 -m venv, then pip install ${packages.join(" ")}.`,
      { cause: error },
    );
  }
  return program;
}
