import { createHash } from "node:crypto";

/** Longest name of a Service, a Job or a label's value, in characters. */
const longest = 63;

/**
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names, without the limit of its
 * length.
 */
const pattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Whether Kubernetes takes a name wherever it takes names. */
export function isDnsLabel(name: string, max = longest): boolean {
  return name.length <= max && pattern.test(name);
}

/**
 * Makes a name that Kubernetes takes: `java_db` becomes `java-db-` and ten characters that depend on the whole name, so
 * that names which look alike afterwards stay different. A name that Kubernetes takes as it is does not change.
 * @param max characters, where Kubernetes or Pulumi appends something. Default 63.
 */
export function dnsLabel(name: string, max = longest): string {
  return isDnsLabel(name, max) ? name : hashed(name, max);
}

/**
 * Joins names into one that Kubernetes takes, `a` and `b-c` into `a--b-c`. Other names, or the same ones divided
 * elsewhere, give another result.
 */
export function joinedLabel(parts: readonly string[]): string {
  const safe = parts.map((part) => (isDnsLabel(part) && !part.includes("--") ? part : hashed(part, longest)));
  return dnsLabel(safe.join("--"));
}

function hashed(name: string, max: number): string {
  // UTF-16, which keeps apart what UTF-8 cannot express.
  const hash = createHash("sha256").update(name, "utf16le").digest("hex").slice(0, 10);
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, max - hash.length - 1)
    .replace(/-$/, "");
  return readable === "" ? hash : `${readable}-${hash}`;
}

/**
 * Checks the name of something whose name is part of an address, and so cannot be replaced by another.
 * @throws Error where Kubernetes would refuse it.
 */
export function requireDnsLabel(what: string, name: string, max = longest): void {
  if (isDnsLabel(name, max)) return;
  throw new Error(
    `${what} ${name}: its name is part of its address; use a-z, 0-9 and -, with a letter or digit at both ends, and at most ${max} characters.`,
  );
}
