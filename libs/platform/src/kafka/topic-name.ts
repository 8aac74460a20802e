/** The name in the contracts of a topic on the broker. */
export function logicalTopic(namespace: string | undefined, name: string): string {
  return namespace !== undefined && name.startsWith(`${namespace}.`)
    ? name.slice(namespace.length + 1)
    : name;
}
