import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats an assertion until it holds, and gives back what it returned.
 * @throws the assertion's last error, with the time waited in front, when it has not held within `timeoutMs`
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = 30_000, everyMs = 50 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() - start + everyMs > timeoutMs) throw afterWaiting(error, timeoutMs);
    }
    await sleep(everyMs);
  }
}

function afterWaiting(error: unknown, timeoutMs: number): unknown {
  if (error instanceof Error) error.message = `still not so after ${timeoutMs} ms: ${error.message}`;
  return error;
}
