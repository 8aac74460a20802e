/** A topic's name on the broker: `<namespace>.<topic>`, the plain name where there is no namespace. */
export function topicName(namespace: string | undefined, topic: string): string {
  return namespace === undefined ? topic : `${namespace}.${topic}`;
}

/** The name in the contracts of a topic on the broker. */
export function logicalTopic(namespace: string | undefined, name: string): string {
  return namespace !== undefined && name.startsWith(`${namespace}.`)
    ? name.slice(namespace.length + 1)
    : name;
}
