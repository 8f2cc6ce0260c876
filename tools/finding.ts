import type { Manifest } from "../render/manifests.ts";

/** What a checker has to say about an object. */
export interface Finding {
  /** Kind, namespace and name: `Deployment shop/web`. */
  readonly object: string;
  /** The checker and its check: `kube-score/container-resources`. */
  readonly check: string;
  readonly message: string;
  /** Whether it has to be put right or waived. */
  readonly critical: boolean;
}

/** What was found in a stack. */
export interface StackFinding extends Finding {
  readonly stack: string;
}

/** Looks at the objects of one stack. */
export type Checker = (objects: readonly Manifest[]) => Promise<Finding[]>;
