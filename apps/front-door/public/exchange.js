/**
 * One HTTP exchange, as it is shown and as it was.
 * @typedef {{ method: string, path: string, headers: Record<string, string>, body?: unknown }} Asked
 * @typedef {{ status: number, body: any }} Answered
 */

/**
 * Sends one request. Problems are answers, too: only a connection that fails throws.
 * @param {string} method
 * @param {string} path
 * @param {{ token?: string, body?: unknown, key?: string }} [options] `key`: Idempotency-Key; a `Blob` as `body` is sent as it is
 * @returns {Promise<{ asked: Asked, answered: Answered }>}
 */
export async function exchange(method, path, { token, body, key } = {}) {
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
    ...(body === undefined ? {} : { 'content-type': body instanceof Blob ? body.type : 'application/json' }),
  };
  const init = { method, headers, ...(body === undefined ? {} : { body: sent(body) }) };
  const response = await fetch(path, init);
  const text = await response.text();
  return {
    asked: { method, path, headers, body: body instanceof Blob ? `(${body.size} bytes)` : body },
    answered: { status: response.status, body: parsed(text) },
  };
}

function sent(body) {
  return body instanceof Blob ? body : JSON.stringify(body);
}

/** @param {Asked} asked */
export function showRequest({ method, path, headers, body }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${shortened(value)}`);
  return [`${method} ${path}`, ...lines, ...(body === undefined ? [] : ['', pretty(body)])].join('\n');
}

/** @param {Answered} answered */
export function showAnswer({ status, body }) {
  return `${status}\n\n${pretty(withShortToken(body))}`;
}

function withShortToken(body) {
  if (typeof body?.access_token !== 'string') return body;
  return { ...body, access_token: shortened(body.access_token) };
}

function shortened(value) {
  return value.length > 60 ? `${value.slice(0, 28)}…${value.slice(-8)}` : value;
}

function pretty(value) {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
