import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestContext } from '../context/request-context.js';

export const CORRELATION_HEADER = 'x-correlation-id';

/** Letters that cannot break a log line, a header or a shell. */
const CORRELATION_ID = /^[A-Za-z0-9._-]{1,100}$/;
/** W3C Trace Context version 00; ids of only zeros are invalid there. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's correlation id and trace if they are well formed; else a new id and no trace. */
export function contextFrom(headers: IncomingHttpHeaders): RequestContext {
  const given = headers[CORRELATION_HEADER];
  const correlationId = typeof given === 'string' && CORRELATION_ID.test(given) ? given : randomUUID();
  const trace = headers['traceparent'];
  return typeof trace === 'string' && TRACEPARENT.test(trace)
    ? { correlationId, traceparent: trace }
    : { correlationId };
}
