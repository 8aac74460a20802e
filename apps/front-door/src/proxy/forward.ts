import { once } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import type { ReplicaSet } from '../routing/replica-set.js';
import type { Route } from '../routing/route-of.js';
import { sendProblem } from '../problem-document.js';
import { requestHeaders, responseHeaders } from './forwarded-headers.js';
import { BodyTooLarge, type RequestBody, takeBody } from './request-body.js';
import { surelyNotSent, type UpstreamAgents } from './upstream-agents.js';

export interface ForwardOptions {
  route: Route;
  replicas: ReplicaSet;
  agents: UpstreamAgents;
  bodyLimitBytes: number;
  /** Aborted when the front door closes: event streams end then, other answers are brought to their end. */
  closing: AbortSignal;
}

/** Sends the request to a replica and its answer, as it comes, to the client. */
export async function forward(
  request: FastifyRequest,
  reply: FastifyReply,
  options: ForwardOptions,
): Promise<void> {
  const clientGone = new AbortController();
  reply.raw.once('close', () => clientGone.abort());
  const signal = options.route.streams
    ? AbortSignal.any([clientGone.signal, options.closing])
    : clientGone.signal;
  let answer: Dispatcher.ResponseData;
  try {
    const body = await bodyOf(request, options.bodyLimitBytes);
    answer = await ask(request, { ...options, body, signal });
  } catch (error) {
    if (!clientGone.signal.aborted) refuse(request, reply, error);
    return;
  }
  await relay(reply, answer, signal);
}

function bodyOf(request: FastifyRequest, limit: number): Promise<RequestBody> {
  const declared = request.headers['content-length'];
  const length = declared === undefined ? undefined : Number(declared);
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD' && !isEmpty(request, length);
  return takeBody(hasBody ? request.raw : undefined, { length, limit });
}

function isEmpty(request: FastifyRequest, length: number | undefined): boolean {
  return length === undefined && request.headers['transfer-encoding'] === undefined;
}

/** Asks one replica after the other, as long as the former surely has not got the request. */
async function ask(
  request: FastifyRequest,
  { route, replicas, agents, body, signal }: ForwardOptions & { body: RequestBody; signal: AbortSignal },
): Promise<Dispatcher.ResponseData> {
  const { 'content-length': length, ...headers } = requestHeaders(request.headers, {
    address: request.ip,
    host: request.host,
    protocol: request.protocol,
    correlationId: request.id,
    prefix: route.prefix,
  });
  const agent = route.streams ? agents.streams : agents.requests;
  let failure: unknown;
  for (const origin of replicas.order(route.affinity)) {
    try {
      const answer = await agent.request({
        origin,
        path: route.path,
        method: request.method,
        // A body that streams keeps its declared length; the length of any other is known to the agent.
        headers: length === undefined || body.replayable ? headers : { ...headers, 'content-length': length },
        body: body.content,
        signal,
      });
      replicas.answered(origin);
      return answer;
    } catch (error) {
      failure = error;
      if (!surelyNotSent(error)) break;
      replicas.refused(origin);
      if (!body.replayable) break;
    }
  }
  throw failure;
}

async function relay(
  reply: FastifyReply,
  { statusCode, headers, body }: Dispatcher.ResponseData,
  signal: AbortSignal,
): Promise<void> {
  const client = reply.raw;
  reply.hijack();
  // An answer given before the body has come leaves bytes on the connection that are no next request.
  const close = reply.request.raw.complete ? {} : { connection: 'close' };
  client.writeHead(statusCode, {
    'x-correlation-id': reply.request.id,
    ...responseHeaders(headers),
    ...close,
  });
  // A stream's headers must not wait for its first event.
  client.flushHeaders();
  try {
    for await (const chunk of body) if (!client.write(chunk)) await once(client, 'drain', { signal });
    client.end();
  } catch (error) {
    reply.log.debug({ err: error }, 'answer cut short');
    // Closing down is an orderly end; a service that broke off in the middle must not look like one.
    if (signal.aborted) client.end();
    else client.destroy();
  }
}

function refuse(request: FastifyRequest, reply: FastifyReply, error: unknown): void {
  if (error instanceof BodyTooLarge) {
    void reply.header('connection', 'close');
    sendProblem(request, reply, 'payload_too_large', { detail: error.message });
    return;
  }
  request.log.warn({ err: error }, 'no answer from the service');
  sendProblem(request, reply, 'unavailable', { retryAfterSeconds: 1 });
}
