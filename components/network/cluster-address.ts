/** The namespace of the Service that an address is of, as `ollama.models.svc` is; undefined where it is outside of the cluster. */
export function namespaceOf(url: string): string | undefined {
  return /^[^.]+\.([^.]+)\.svc(\.cluster\.local)?$/.exec(new URL(url).hostname)?.[1];
}
