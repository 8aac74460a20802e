import { Agent, type Dispatcher } from 'undici';

/** Keep-alive connections to the services. */
export interface UpstreamAgents {
  requests: Dispatcher;
  /** Event streams stay open for hours: they must not use up the connections of ordinary requests. */
  streams: Dispatcher;
  close(): Promise<void>;
}

/**
 * Milliseconds that an idle connection to a service is kept. Always less than the service keeps it, lest a request meet a
 * connection that is just being closed. Services keep theirs for 72 s and say so in `keep-alive`; that is followed up to
 * the maximum. The first figure is for whoever says nothing (Node's own default is 5 s).
 */
export const idleConnections = { keepAliveTimeout: 4_000, keepAliveMaxTimeout: 60_000 };

/** @param connections at most so many to one replica at a time; further requests wait */
export function upstreamAgents(connections: number): UpstreamAgents {
  const shared = {
    pipelining: 1,
    connect: { timeout: 2_000 },
    headersTimeout: 30_000,
    ...idleConnections,
  };
  const requests = new Agent({ ...shared, connections, bodyTimeout: 30_000 });
  const streams = new Agent({ ...shared, connections: null, bodyTimeout: 0 });
  return {
    requests,
    streams,
    close: async () => void (await Promise.all([requests.destroy(), streams.destroy()])),
  };
}

const neverSent = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Did the attempt fail before a connection stood, so that the service surely has not seen the request? */
export function surelyNotSent(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && neverSent.has(code);
}

/** `ECONNREFUSED` and the like. Asks for no class: a host name with several addresses fails with an AggregateError. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
