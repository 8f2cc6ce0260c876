/**
 * Turns the names of a result's columns into field names, in order. A dot would create a nested field and a dollar sign
 * an operator; JavaScript would reorder numeric keys and treat `__proto__` specially.
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
