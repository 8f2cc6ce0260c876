/** The consumer group in which a service takes the events of a topic. Its login opens the groups of its own topics and no others. */
export function groupOf(service: string, topic: string): string {
  return `${service}.${topic}`;
}

/** What the names of groups begin with in which processes of a service follow a topic: each has one of its own, and so takes all of its events. */
export function followersOf(service: string, topic: string): string {
  return `${groupOf(service, topic)}.`;
}

/** The group of one process that follows a topic. `process` tells it from others. */
export function followerGroup(service: string, topic: string, process: string): string {
  return followersOf(service, topic) + process;
}
