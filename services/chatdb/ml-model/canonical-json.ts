/**
 * Serialises as in RFC 8785 (JSON Canonicalization Scheme): the members of objects sorted by name, no white space.
 * Numbers must be finite; the scheme uses ECMAScript's format of them.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === "number" && !Number.isFinite(member))
      throw new RangeError(`${member} cannot be written as JSON.`);
    if (member === null || typeof member !== "object" || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
