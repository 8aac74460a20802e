import type { FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { runInContext } from '../context/request-context.js';
import { problemFrom } from '../problems/problem-from-error.js';
import { sendProblem } from '../problems/send-problem.js';
import { answerClientError } from './client-error.js';
import { contextFrom, CORRELATION_HEADER } from './correlation.js';
import { emptyableJsonParser } from './json-body.js';

/** Bytes; a route that takes more (images) says so itself. */
export const BODY_LIMIT = 64 * 1024;

/** `app.close()` asks the adapter first and waits for it: the place for an end in our order, before Nest's own. */
export class HttpAdapter extends FastifyAdapter {
  #first: (() => Promise<void>) | undefined;

  beforeCloseDo(first: () => Promise<void>): void {
    this.#first = first;
  }

  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- declared void, but Nest awaits it
  override async beforeClose(): Promise<void> {
    await this.#first?.();
    super.beforeClose();
  }
}

/** Fastify as every service runs it: JSON only, small bodies, bounded waits, nothing answered but by our problems. */
export function createHttpAdapter(): HttpAdapter {
  const adapter = new HttpAdapter({
    bodyLimit: BODY_LIMIT,
    // Nobody uses Express-style middleware here; its engine costs every request.
    skipMiddie: true,
    // A request on a kept connection is still answered while we close; Fastify says `connection: close` with it.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    /** Milliseconds for a request to arrive whole: a slow sender cannot hold connections. */
    requestTimeout: 30_000,
    /** Longer than load balancers keep idle connections (60 s), so that they close first. */
    keepAliveTimeout: 72_000,
    http: { headersTimeout: 15_000, maxHeaderSize: 64 * 1024 },
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, emptyableJsonParser(fastify));
  return adapter;
}

/** What the router refuses before any hook has run. */
function answerFrameworkError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const context = contextFrom(request.headers);
  void reply.header(CORRELATION_HEADER, context.correlationId);
  runInContext(context, () => sendProblem(request, reply, problemFrom(error)));
}
