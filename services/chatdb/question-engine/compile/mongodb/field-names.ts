/**
 * Names of a result's columns as fields of documents, in order. A point would make a field of a field, a dollar sign an
 * operator; digits alone would come before other keys in JavaScript, and `__proto__` is not a key to it like any other.
 */
export function fieldNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const base = name
      .replaceAll(/[.$\0]/g, "_")
      .replace(/^\d+$/, "_$&")
      .replace(/^__proto__$/, "proto");
    let field = base;
    for (let n = 2; taken.has(field); n++) field = `${base}_${n}`;
    taken.add(field);
    return field;
  });
}
