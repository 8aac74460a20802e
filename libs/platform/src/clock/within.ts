/** The time allowed was over; what was asked for may still happen. Named as clients name theirs: an error of a server. */
export class DeadlineExceeded extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Waits so long and no longer. Redis' client, for one, stops counting when a command is sent: one that is sent to a frozen
 * server would else be waited for until the connection breaks.
 */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new DeadlineExceeded(`no answer within ${milliseconds} ms`)),
    milliseconds,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
