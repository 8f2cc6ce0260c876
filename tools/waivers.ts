import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { stackNames } from "../config/project.ts";
import { matchesWildcard } from "../config/wildcard.ts";
import type { StackFinding } from "./finding.ts";

const file = join(import.meta.dirname, "..", "policies", "waivers.yaml");

const waiver = z.strictObject({
  /** The stack that it applies to. Default: all stacks. */
  stack: z.enum(stackNames()).optional(),
  check: z.string(),
  /** `*` stands for any characters. */
  object: z.string(),
  reason: z.string().min(20, "says too little"),
});

/** An accepted finding, with its reason. */
export type Waiver = z.infer<typeof waiver>;

/** Reads the waivers of policies/waivers.yaml. @throws Error if the file is invalid */
export function readWaivers(text = readFileSync(file, "utf8")): Waiver[] {
  const { data, error } = z.array(waiver).safeParse(parse(text));
  if (error)
    throw new Error(
      `policies/waivers.yaml is not a list of stack (optional), check, object and reason:\n${z.prettifyError(error)}`,
    );
  return data;
}

/** Returns the findings without a waiver, and the waivers without a finding. */
export function applyWaivers(
  findings: readonly StackFinding[],
  waivers: readonly Waiver[],
): { left: StackFinding[]; unused: Waiver[] } {
  const covers = ({ stack, check, object }: Waiver, finding: StackFinding) =>
    check === finding.check && matchesWildcard(finding.object, object) && (stack ?? finding.stack) === finding.stack;
  return {
    left: findings.filter((finding) => !waivers.some((one) => covers(one, finding))),
    unused: waivers.filter((one) => !findings.some((finding) => covers(one, finding))),
  };
}
