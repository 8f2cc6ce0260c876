/** Namespace of the settings that all systems share: the project's own. */
export const sharedNamespace = "platform";

/** Name of a setting in a stack's file: `platform:imageTag`, `chatdb:kafka`. */
export function settingKey(namespace: string, name: string): string {
  return `${namespace}:${name}`;
}
