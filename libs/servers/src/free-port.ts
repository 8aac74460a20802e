import { createServer } from 'node:net';

/** Is this TCP port of 127.0.0.1 free to listen on right now? */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1' }, () => probe.close(() => resolve(true)));
  });
}

/**
 * `count` different free TCP ports of 127.0.0.1. They are held together until all are known, so that they differ;
 * another process may still take one before it is used, so callers try again on "address in use".
 */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => listenAnywhere()));
  await Promise.all(held.map(({ close }) => close()));
  return held.map(({ port }) => port);
}

function listenAnywhere(): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no TCP address'));
      const close = (): Promise<void> => new Promise((done) => server.close(() => done()));
      resolve({ port: address.port, close });
    });
  });
}
