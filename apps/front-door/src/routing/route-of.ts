import { serviceNames, type ServiceName } from '#contracts';

export type Upstream = ServiceName | 'issuer';

export interface Route {
  upstream: Upstream;
  /** What the service sees, with the query. */
  path: string;
  /** What was cut off in front. */
  prefix: string;
  /** An answer that goes on for hours. */
  streams: boolean;
  /** Requests with the same key go to the same replica. */
  affinity?: string;
}

export type NoRoute = 'unknown' | 'unsafe';

/**
 * Where a request goes: `/<service>/v1/…` to that service's `/v1/…`, `/s/…` (shared links) to the catalog's page, `/auth/…` to the development issuer, nothing else
 * (so neither /health nor /metrics of a service). Reads the raw target, never a decoded one: what is checked here is
 * what the service gets.
 */
export function routeOf(target: string): Route | NoRoute {
  const [path, query] = split(target);
  if (!isPlain(path)) return 'unsafe';
  const [, first = '', ...rest] = path.split('/');
  const route = {
    path: `/${rest.join('/')}${query}`,
    prefix: `/${first}`,
    streams: rest.at(-1) === 'stream',
  };
  if (first === 's' && rest.length === 1)
    return { ...route, upstream: 'catalog', path: `/v1/shared/${rest.join('')}${query}` };
  if (first === 'auth') return { ...route, upstream: 'issuer' };
  const upstream = serviceNames.find((name) => name === first);
  if (upstream === undefined || rest[0] !== 'v1' || rest.length < 2) return 'unknown';
  const affinity = upstream === 'redemption' ? (couponIn(rest) ?? couponAsked(query)) : undefined;
  return { ...route, upstream, ...(affinity === undefined ? {} : { affinity }) };
}

/** `/v1/coupons/<id>/…`. Any text will do: affinity is for speed, the service judges the id. */
function couponIn([, collection, id]: string[]): string | undefined {
  return collection === 'coupons' && id !== undefined && id !== '' ? id.toLowerCase() : undefined;
}

/** `?couponId=<id>` of routes whose coupon stands in a code: a hint by the app that has read the code. */
function couponAsked(query: string): string | undefined {
  const id = new URLSearchParams(query).get('couponId');
  return id === null || id === '' ? undefined : id.toLowerCase();
}

/**
 * No segment that some reader might take for a way up or for two segments: dots, empty ones, backslashes, and their
 * encoded or double-encoded forms. Other encoded characters are the service's to judge.
 */
function isPlain(path: string): boolean {
  const [root, ...segments] = path.split('/');
  if (root !== '' || segments.length === 0) return false;
  return segments.every((segment, at) => isPlainSegment(segment, at === segments.length - 1));
}

function isPlainSegment(segment: string, isLast: boolean): boolean {
  if (segment === '') return isLast;
  if (/^\.+$/.test(segment.split(';', 1)[0] ?? '')) return false;
  return /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%(?!2[ef5]|5c|[01][0-9a-f]|7f)[0-9a-f]{2})*$/i.test(segment);
}

function split(target: string): [path: string, query: string] {
  const end = target.indexOf('?');
  return end < 0 ? [target, ''] : [target.slice(0, end), target.slice(end)];
}
