/**
 * JSON with the members of every object sorted by name and no white space, as in RFC 8785 (JSON Canonicalization Scheme).
 * Numbers must be finite; ECMAScript's own formatting of them is the scheme's.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === "number" && !Number.isFinite(member))
      throw new RangeError(`${member} cannot be written as JSON.`);
    if (member === null || typeof member !== "object" || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
