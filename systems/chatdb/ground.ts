import type * as pulumi from "@pulumi/pulumi";
import type { Priorities } from "../../components/workload/priorities.ts";
import type { ChatDbSettings } from "../../config/chatdb/settings.ts";
import type { SystemArgs } from "../system.ts";
import type { Namespaces } from "./namespaces.ts";

/** What all parts of ChatDB share. */
export interface Ground extends SystemArgs<ChatDbSettings> {
  readonly namespaces: Namespaces;
  readonly priorities: Priorities;
  /** The component that they belong to. */
  readonly parent: pulumi.Resource;
}
