/** An object of JSON. */
type Values = Record<string, unknown>;

/**
 * Puts a value at a path of an object, as `pulumi config set --path` would: `kafka.requests.cpu`.
 * What is beside it stays; undefined removes what is there.
 */
export function withValueAt(values: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const all: Values = typeof values === "object" && values !== null ? { ...(values as Values) } : {};
  const inner = withValueAt(all[name], rest, value);
  if (inner === undefined) delete all[name];
  else all[name] = inner;
  return all;
}
