import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An HTTP server on the loopback in place of a service. */
export interface FakeService {
  url: string;
  seen: SeenRequest[];
  stop(): Promise<void>;
}

type Answer = (request: SeenRequest, response: ServerResponse) => void;

const ok: Answer = (_request, response) => {
  response.setHeader('content-type', 'application/json').end('{"ok":true}');
};

/** @param answer gets the request whole; answers 200 when left out */
export function startFakeService(
  answer: Answer = ok,
  port = 0,
  options: ServerOptions = {},
): Promise<FakeService> {
  return startRawService(
    async (request, response, seen) => {
      const { method = '', url = '', headers } = request;
      const whole = { method, url, headers, body: await text(request) };
      seen.push(whole);
      answer(whole, response);
    },
    port,
    options,
  );
}

/** @param handle gets the request as it comes in */
export async function startRawService(
  handle: (request: IncomingMessage, response: ServerResponse, seen: SeenRequest[]) => Promise<void> | void,
  port = 0,
  options: ServerOptions = {},
): Promise<FakeService> {
  const seen: SeenRequest[] = [];
  const server = createServer(options, (request, response) => {
    // A client that breaks off in the middle is part of some tests.
    Promise.resolve(handle(request, response, seen)).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
