import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/**
 * Lists the problems in the shape of a plan, each with its path. For a part that can have several forms, it lists the
 * problems of the form that it resembles most.
 */
export function shapeProblems(issues: readonly Issue[], within: readonly PropertyKey[] = []): string[] {
  return issues.flatMap((issue) => {
    const path = [...within, ...issue.path];
    const form = issue.code === "invalid_union" ? closestForm(issue.errors) : undefined;
    return form ? shapeProblems(form, path) : [`${path.join(".")}: ${issue.message}`];
  });
}

/** Picks the form with the same kind, or else the one with the fewest problems. */
function closestForm(forms: readonly Issue[][]): readonly Issue[] | undefined {
  const named = forms.filter((issues) => !issues.some(isOfAnotherKind));
  return (named.length > 0 ? named : [...forms]).sort((one, other) => one.length - other.length)[0];
}

const isOfAnotherKind = (issue: Issue) =>
  (issue.code === "invalid_value" && issue.path.at(-1) === "kind") ||
  (issue.code === "invalid_union" && issue.errors.length === 0);
