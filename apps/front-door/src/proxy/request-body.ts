import { type Readable, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';

/** Up to this many bytes a body is held in memory, so that it can be sent again to another replica. */
const replayableBytes = 65_536;

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  constructor(readonly limit: number) {
    super(`The body may have at most ${limit} bytes.`);
  }
}

/** `replayable`: may be sent a second time. */
export type RequestBody =
  { replayable: true; content: Buffer | null } | { replayable: false; content: Readable };

/**
 * Takes a body over: a small one of known length is held, any other streams through.
 * @param length as declared; undefined when it comes in chunks
 * @throws BodyTooLarge; a body without a declared length fails with it while it streams
 */
export async function takeBody(
  source: Readable | undefined,
  { length, limit }: { length: number | undefined; limit: number },
): Promise<RequestBody> {
  if (source === undefined || length === 0) return { replayable: true, content: null };
  if (length !== undefined && length > limit) throw new BodyTooLarge(limit);
  if (length !== undefined && length <= replayableBytes)
    return { replayable: true, content: await buffer(source) };
  return { replayable: false, content: limited(source, limit) };
}

function limited(source: Readable, limit: number): Readable {
  let seen = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > limit) done(new BodyTooLarge(limit));
      else done(null, chunk);
    },
  });
  // Not `pipeline`: it would end the client's connection with the error, and the answer could not be sent.
  source.on('error', (error) => counting.destroy(error));
  source.on('close', () => source.readableEnded || counting.destroy(new Error('the client went away')));
  return source.pipe(counting);
}
