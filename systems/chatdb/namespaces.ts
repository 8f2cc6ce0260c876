import type * as pulumi from "@pulumi/pulumi";
import { Namespace } from "../../components/workload/namespace.ts";

/** What ChatDB's namespaces are for: what keeps data, the microservices, watching them, testing them. */
const roles = ["system", "services", "monitoring", "testing"] as const;
type Role = (typeof roles)[number];

/** Name of the namespace of a role: `chatdb-system`. */
export function namespaceName(role: Role, system = "chatdb"): string {
  return `${system}-${role}`;
}

export type Namespaces = Readonly<Record<Role, Namespace>>;

/** Makes the namespaces. The one with the data is protected if the stack is. */
export function createNamespaces(system: string, protect: boolean, parent: pulumi.Resource): Namespaces {
  const namespace = (role: Role) =>
    new Namespace(namespaceName(role, system), { partOf: system, protect: role === "system" && protect }, { parent });
  return Object.fromEntries(roles.map((role) => [role, namespace(role)])) as Record<Role, Namespace>;
}
