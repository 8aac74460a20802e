/** Faults of one topic (or of what is written to it), as opposed to the broker being away. */
const TOPIC_FAULTS = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
]);

/** The broker's name for what is wrong with a topic, looked for in the error and in what caused it. */
export function topicAtFault(error: unknown): string | undefined {
  for (const { type } of causes(error)) if (typeof type === 'string' && TOPIC_FAULTS.has(type)) return type;
  return undefined;
}

/** An error, what it wraps, what that wraps and so on, as open records. kafkajs says `originalError` and `cause`. */
export function causes(error: unknown): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const open = [error];
  while (open.length > 0 && found.length < 20) {
    const next = open.shift();
    if (typeof next !== 'object' || next === null || found.includes(next as Record<string, unknown>))
      continue;
    const record = next as Record<string, unknown>;
    found.push(record);
    open.push(record['cause'], record['originalError'], record['driverError']);
    if (Array.isArray(record['errors'])) open.push(...(record['errors'] as unknown[]));
  }
  return found;
}
