import {
  AclOperations,
  AclPermissionTypes,
  ResourcePatternTypes,
  ResourceTypes,
  type Acl,
  type AclFilter,
} from "@platformatic/kafka";
import { z } from "zod";
import { followersOf, groupOf } from "@platform/kit/consumer-group.ts";

export const topicUse = z.enum(["publish", "consume", "follow"]);

const allow = {
  host: "*",
  permissionType: AclPermissionTypes.ALLOW,
  resourcePatternType: ResourcePatternTypes.LITERAL,
} as const;

/**
 * What a consumer's user may do: write to the topics that it publishes to, read from those that it consumes, as the
 * group of its own that is named after the topic, and from those that it follows, as any group whose name begins so. To
 * read or write a thing is to see it too: no right to describe is needed.
 * https://kafka.apache.org/documentation/#operations_resources_and_protocols
 */
export function aclsOf(user: string, consumer: string, use: Record<string, z.infer<typeof topicUse>>): Acl[] {
  const principal = `User:${user}`;
  const topic = (resourceName: string) => ({ ...allow, principal, resourceType: ResourceTypes.TOPIC, resourceName });
  const group = { ...topic(""), resourceType: ResourceTypes.GROUP, operation: AclOperations.READ };
  return Object.entries(use).flatMap(([name, access]): Acl[] => {
    if (access === "publish") return [{ ...topic(name), operation: AclOperations.WRITE }];
    const read = { ...topic(name), operation: AclOperations.READ };
    if (access === "consume") return [read, { ...group, resourceName: groupOf(consumer, name) }];
    return [
      read,
      { ...group, resourceName: followersOf(consumer, name), resourcePatternType: ResourcePatternTypes.PREFIXED },
    ];
  });
}

/** All rules about a user, on whatever they are. */
export function allOf(user: string): AclFilter {
  return {
    principal: `User:${user}`,
    host: null,
    operation: AclOperations.ANY,
    permissionType: AclPermissionTypes.ANY,
    resourceType: ResourceTypes.ANY,
    resourceName: null,
    resourcePatternType: ResourcePatternTypes.ANY,
  };
}

/** What to make and what to take away, to get from the one list of rules to the other. */
export function difference(present: readonly Acl[], wanted: readonly Acl[]): { missing: Acl[]; surplus: Acl[] } {
  const has = (
    acls: readonly Acl[],
    { host, operation, permissionType, principal, resourceName, resourcePatternType, resourceType }: Acl,
  ) =>
    acls.some(
      (acl) =>
        acl.host === host &&
        acl.operation === operation &&
        acl.permissionType === permissionType &&
        acl.principal === principal &&
        acl.resourceName === resourceName &&
        acl.resourcePatternType === resourcePatternType &&
        acl.resourceType === resourceType,
    );
  return { missing: wanted.filter((acl) => !has(present, acl)), surplus: present.filter((acl) => !has(wanted, acl)) };
}
