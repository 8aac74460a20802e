import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Sends one request as one persona; resolves to a successful answer. A Blob as body is sent as it is.
 * @throws SeedRefused
 */
export type Send = (method: string, path: string, body?: object | Blob, key?: string) => Promise<Response>;

/** @param persona a demo sign-in, such as `owner` */
export async function senderAs(frontDoorUrl: string, persona: string): Promise<Send> {
  const token = await signIn(frontDoorUrl, persona);
  return async (method, path, body, key) => {
    const response = await fetch(frontDoorUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined
          ? {}
          : { 'content-type': body instanceof Blob ? body.type : 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    });
    if (response.ok) return response;
    const text = await response.text();
    throw new SeedRefused(
      `${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`,
      codeOf(text),
    );
  };
}

export class SeedRefused extends Error {
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

/** What was put in reaches the other services by Kafka, a moment later: again while they do not know it yet. */
export async function onceKnown(send: () => Promise<Response>): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      const mayCome = error instanceof SeedRefused && mayComeTrue.has(error.code ?? '');
      if (!mayCome || attempt === 200) throw error;
      await sleep(50);
    }
  }
}

const mayComeTrue = new Set([
  'channel_not_found',
  'partner_not_found',
  'programme_not_found',
  'point_name_not_found',
]);

function codeOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { code?: string }).code;
  } catch {
    return undefined;
  }
}

async function signIn(frontDoorUrl: string, persona: string): Promise<string> {
  const response = await fetch(`${frontDoorUrl}/auth/token/${persona}`, {
    headers: { accept: 'text/plain' },
  });
  if (!response.ok) throw new Error(`no demo token for ${persona}: ${response.status}`);
  return response.text();
}
