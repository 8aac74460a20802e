import type { IncomingHttpHeaders } from 'node:http';

type Headers = Record<string, string | string[]>;

/** Meant for the next hop only (RFC 9110 7.6.1); `expect` and `host`, too, are between the two ends of one connection. */
const hopByHop = new Set([
  'connection',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** We are the first hop: what a client claims about hops before us is dropped. */
const claimed = new Set([
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-real-ip',
]);

export interface ClientSide {
  address: string;
  host: string;
  protocol: string;
  correlationId: string;
  /** The part of the path that the service does not see. */
  prefix: string;
}

/** The headers that the service gets. */
export function requestHeaders(from: IncomingHttpHeaders, client: ClientSide): Headers {
  return {
    ...endToEnd(from, claimed),
    'x-forwarded-for': client.address,
    'x-forwarded-host': client.host,
    'x-forwarded-proto': client.protocol,
    'x-forwarded-prefix': client.prefix,
    'x-correlation-id': client.correlationId,
  };
}

/** The headers that the client gets. */
export function responseHeaders(from: IncomingHttpHeaders): Headers {
  return endToEnd(from);
}

function endToEnd(from: IncomingHttpHeaders, without?: ReadonlySet<string>): Headers {
  const named = new Set(
    String(from.connection ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase()),
  );
  const kept: Headers = {};
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined || hopByHop.has(name) || named.has(name) || without?.has(name)) continue;
    kept[name] = value;
  }
  return kept;
}
