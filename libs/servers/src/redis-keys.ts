import { createClient } from 'redis';

/**
 * Removes every key that begins with the prefix, in batches, without blocking the server. Returns how many.
 * @param prefix taken literally, not as a pattern
 */
export async function dropRedisKeysWithPrefix(url: string, prefix: string): Promise<number> {
  if (prefix === '') throw new RangeError('an empty prefix would remove every key');
  const client = createClient({ url, socket: { connectTimeout: 5_000, reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  try {
    let removed = 0;
    for await (const keys of client.scanIterator({ MATCH: `${literalPattern(prefix)}*`, COUNT: 1_000 })) {
      if (keys.length > 0) removed += await client.unlink(keys);
    }
    return removed;
  } finally {
    client.destroy();
  }
}

/** Redis' glob characters in a text, escaped. */
export function literalPattern(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&');
}
