import { Readable } from 'node:stream';

/**
 * A byte stream that asks for the next chunk when its reader has taken the former ones. Unlike `Readable.from`, it calls
 * `onGone` at once when the reader goes, although the generator may be asleep; waking it is the caller's.
 * @param highWaterMark bytes that may lie ready
 */
export function pulledReadable(
  chunks: AsyncGenerator<string, void, void>,
  { highWaterMark, onGone }: { highWaterMark: number; onGone: () => void },
): Readable {
  return new Readable({
    highWaterMark,
    read() {
      chunks.next().then(
        ({ done, value }) => this.push(done ? null : value),
        (err: Error) => this.destroy(err),
      );
    },
    destroy(err, done) {
      onGone();
      // Ends a generator that waits for its chunk to be taken; one that sleeps ends when it wakes.
      chunks.return().catch(() => undefined);
      done(err);
    },
  });
}
