/** Returns the consumer group of a service for a topic. The service's login may use only groups of its own topics. */
export function groupOf(service: string, topic: string): string {
  return `${service}.${topic}`;
}

/** Returns the prefix of groups in which each process of a service receives all events of a topic. */
export function followersOf(service: string, topic: string): string {
  return `${groupOf(service, topic)}.`;
}

/** Returns the group of one such process, which `process` identifies. */
export function followerGroup(service: string, topic: string, process: string): string {
  return followersOf(service, topic) + process;
}
