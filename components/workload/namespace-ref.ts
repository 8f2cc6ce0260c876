import type * as pulumi from "@pulumi/pulumi";

/** A namespace of the program, as what is placed in it needs it. */
export interface NamespaceRef {
  /** Its name, for what only mentions it: selectors, addresses, names. */
  readonly name: string;
  /** Its name once it exists, for `metadata.namespace`: what is placed by it waits for it. */
  readonly created: pulumi.Input<string>;
  /** The system that it belongs to, which becomes the label `app.kubernetes.io/part-of` of what is placed there. */
  readonly partOf: string;
}
