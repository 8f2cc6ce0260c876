import type { Manifest } from "../render/manifests.ts";

/** A fault that a checker reports about an object. */
export interface Finding {
  /** Kind, namespace and name: `Deployment shop/web`. */
  readonly object: string;
  /** The checker and its check: `kube-score/container-resources`. */
  readonly check: string;
  readonly message: string;
  /** Whether it must be fixed or waived. */
  readonly critical: boolean;
}

/** A finding in a stack. */
export interface StackFinding extends Finding {
  readonly stack: string;
}

/** Checks the objects of one stack. */
export type Checker = (objects: readonly Manifest[]) => Promise<Finding[]>;
