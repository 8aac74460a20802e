import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FrontDoorConfig } from '../config.js';
import { createFrontDoor } from '../front-door.js';

export interface TestFrontDoor {
  url: string;
  close(): Promise<void>;
}

/** A front door on a free port; services that a test does not name refuse connections. */
export async function startFrontDoor(config: Partial<FrontDoorConfig>): Promise<TestFrontDoor> {
  const nobody = await closedAddress();
  const app = await createFrontDoor({
    PORT: 0,
    HOST: '127.0.0.1',
    CATALOG_URL: nobody,
    REDEMPTION_URLS: [nobody],
    SCHEDULER_URL: nobody,
    NOTIFICATION_URL: nobody,
    TARGETING_URL: nobody,
    ISSUER_URL: undefined,
    LOG_LEVEL: 'silent',
    UPSTREAM_CONNECTIONS: 256,
    BODY_LIMIT_BYTES: 200_000,
    ...config,
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, close: () => app.close() };
}

/** An address on which nobody listens. */
export async function closedAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
