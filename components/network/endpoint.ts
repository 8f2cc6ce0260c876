/** Port of a URL: the one that it names, else 443, or 80 for plain HTTP. */
export function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return Number(port) || (protocol === "http:" ? 80 : 443);
}

/**
 * Namespace of the Service that a URL leads to, `models` for `http://ollama.models.svc`; undefined outside of the
 * cluster.
 */
export function namespaceOf(url: string): string | undefined {
  return /^[^.]+\.([^.]+)\.svc(\.cluster\.local)?$/.exec(new URL(url).hostname)?.[1];
}
