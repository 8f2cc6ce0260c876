import { z } from "zod";
import { bytes, millicores, type Cpu, type Size } from "../components/workload/quantities.ts";
import { cpu, size } from "./fields.ts";
import type { Issue } from "./issue.ts";

interface Amount {
  readonly cpu: Cpu;
  readonly memory: Size;
}

/** Requests and limits of one container. */
export interface RequestsAndLimits {
  readonly requests: Amount;
  readonly limits: Amount;
}

/** The settings `requests` and `limits`, each field with its default. */
export function resources({ requests, limits }: RequestsAndLimits) {
  return { requests: amount(requests, "that the scheduler reserves"), limits: amount(limits, "that it may take") };
}

function amount({ cpu: time, memory }: Amount, meaning: string) {
  return z
    .strictObject({
      cpu: cpu.default(time).describe(`CPU time ${meaning}.`),
      memory: size.default(memory).describe(`Memory ${meaning}.`),
    })
    .prefault({})
    .describe(`CPU time and memory ${meaning}.`);
}

/** Requests that are above their limits, which Kubernetes refuses. */
export function requestsWithinLimits(path: string, { requests, limits }: RequestsAndLimits): Issue[] {
  const issues: Issue[] = [];
  if (millicores(requests.cpu) > millicores(limits.cpu)) {
    issues.push({
      path: `${path}.requests.cpu`,
      message: `asks for ${requests.cpu}, more than the limit of ${limits.cpu}`,
    });
  }
  if (bytes(requests.memory) > bytes(limits.memory)) {
    issues.push({
      path: `${path}.requests.memory`,
      message: `asks for ${requests.memory}, more than the limit of ${limits.memory}`,
    });
  }
  return issues;
}
