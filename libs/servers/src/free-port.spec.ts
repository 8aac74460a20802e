import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { freePorts, isPortFree } from './free-port.js';

describe('ports', () => {
  it('gives as many different ones as asked for', async () => {
    expect(new Set(await freePorts(5)).size).toBe(5);
  });

  it('sees when one is taken', async () => {
    const [port = 0] = await freePorts(1);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(await isPortFree(port)).toBe(false);
    server.close();
    await once(server, 'close');
    expect(await isPortFree(port)).toBe(true);
  });
});
