import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/**
 * What is wrong with the shape of a plan, each with its place. Of a part that may have several forms, what keeps it from the
 * one that it seems to be.
 */
export function shapeProblems(issues: readonly Issue[], within: readonly PropertyKey[] = []): string[] {
  return issues.flatMap((issue) => {
    const path = [...within, ...issue.path];
    const form = issue.code === "invalid_union" ? closestForm(issue.errors) : undefined;
    return form ? shapeProblems(form, path) : [`${path.join(".")}: ${issue.message}`];
  });
}

/** The form whose kind it is of, else the one that lacks the least. */
function closestForm(forms: readonly Issue[][]): readonly Issue[] | undefined {
  const named = forms.filter((issues) => !issues.some(isOfAnotherKind));
  return (named.length > 0 ? named : [...forms]).sort((one, other) => one.length - other.length)[0];
}

const isOfAnotherKind = (issue: Issue) =>
  (issue.code === "invalid_value" && issue.path.at(-1) === "kind") ||
  (issue.code === "invalid_union" && issue.errors.length === 0);
