/** What distinguishes one kind of problem from all others: the "problem type" of RFC 9457. */
export interface ProblemType {
  /** Stable identifier, `urn:problem-type:<system>:<name>`. */
  readonly urn: string;
  /** HTTP status of each answer of this type. */
  readonly status: number;
  /** A short name for people, the same in each answer. */
  readonly title: string;
}

/** A problem type that this repository declares, with the words of docs/errors.md. */
export interface DeclaredProblemType extends ProblemType {
  readonly name: string;
  /** What happened, in one sentence. */
  readonly meaning: string;
  /** What the caller can do, in one sentence. */
  readonly remedy: string;
}

/** Declares the problem types of a system, which get the URNs `urn:problem-type:<system>:<name>`. */
export function declareProblemTypes<Key extends string>(
  system: string,
  declared: Readonly<Record<Key, Omit<DeclaredProblemType, "urn">>>,
): Readonly<Record<Key, DeclaredProblemType>> {
  const entries = Object.entries<Omit<DeclaredProblemType, "urn">>(declared).map(([key, type]) => [
    key,
    { urn: `urn:problem-type:${system}:${type.name}`, ...type },
  ]);
  return Object.fromEntries(entries) as Record<Key, DeclaredProblemType>;
}
