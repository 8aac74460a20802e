import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RevocableSockets } from './revocable-sockets.js';

/** What kafkajs gives where TLS is not set up. */
const noTls = undefined as unknown as Parameters<RevocableSockets['open']>[0]['ssl'];

describe('RevocableSockets', () => {
  let server: Server;
  let sockets: RevocableSockets;
  let accepted: Socket[];
  beforeEach(async () => {
    accepted = [];
    sockets = new RevocableSockets();
    // Reads nothing: what the client writes fills the buffers on the way.
    server = createServer({ pauseOnConnect: true }, (socket) => void accepted.push(socket));
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => {
    accepted.forEach((socket) => socket.destroy());
    server.close();
  });

  const open = async () => {
    const { port } = server.address() as AddressInfo;
    const connected = Promise.withResolvers<void>();
    const socket = sockets.open({ host: '127.0.0.1', port, ssl: noTls, onConnect: connected.resolve });
    await connected.promise;
    if (accepted.length === 0) await once(server, 'connection');
    return socket;
  };

  it('are cut with what was still to be sent, and the user is told', async () => {
    const socket = await open();
    const written = 20_000_000;
    socket.write(Buffer.alloc(written));
    const failed = once(socket, 'error');
    sockets.revoke();
    expect(String(await failed)).toContain('given up');
    const [peer] = accepted;
    let received = 0;
    peer!.on('data', (chunk: Buffer) => void (received += chunk.length));
    const closed = once(peer!, 'error');
    peer!.resume();
    expect(await closed).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(received).toBeLessThan(written);
  });

  it('are opened no more once revoked', async () => {
    sockets.revoke();
    await expect(open()).rejects.toThrow('given up');
  });

  it('refuse TLS rather than to speak in plain text', () => {
    const args = { host: '127.0.0.1', port: 1, ssl: {}, onConnect: () => undefined };
    expect(() => sockets.open(args)).toThrow('TLS');
  });
});
