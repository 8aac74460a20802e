import { ProblemError } from '#platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';

/** Where bytes are taken; everywhere else bodies are JSON. */
export const UPLOAD_PATH = '/v1/images';

/** Any image type and none in particular: what it is, its bytes say. */
const TAKEN = /^(image\/|application\/octet-stream)/i;

/** The body of an upload stays a stream, which the route reads as far as it likes. */
export function takeImageBodies(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(TAKEN, (request: FastifyRequest, body: Readable, done) => {
    if (request.routeOptions.url === UPLOAD_PATH) done(null, body);
    else done(new ProblemError('unsupported_media_type'));
  });
}

/**
 * Reads until the end, or until there is more than allowed: no more than that is ever held.
 * @throws ProblemError image_too_large
 */
export async function bytesOf(body: Readable, most: number, said: number | undefined): Promise<Buffer> {
  const tooLarge = (): ProblemError =>
    new ProblemError('image_too_large', { detail: `The limit is ${most} bytes.` });
  if (said !== undefined && said > most) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // Left open: ending it would end the connection before the answer is out.
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
