import { newId } from '#testkit';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  /** Parsed JSON; the text when it is none; undefined when empty. */
  body: Body;
}

export interface Call {
  token?: string;
  body?: unknown;
  /** Idempotency-Key of a POST or DELETE: a new one when left out, none when null. */
  key?: string | null;
  headers?: Record<string, string>;
}

/** One HTTP request. Bodies that are strings are sent as they are, others as JSON. */
export async function call<Body = Record<string, unknown>>(
  method: string,
  url: string,
  { token, body, key, headers = {} }: Call = {},
): Promise<Answer<Body>> {
  const keyed = method === 'POST' || method === 'DELETE';
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(keyed && key !== null ? { 'idempotency-key': key ?? newId() } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: parsed(await response.text()) as Body };
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
