import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../eventually.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

/** Sends its name, then everything back. */
async function echo(name: string): Promise<{ server: Server; host: string; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(name);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

describe('the TCP proxy', () => {
  let proxy: TcpProxy;
  const servers: Server[] = [];
  beforeEach(async () => {
    proxy = await startTcpProxy();
  });
  afterEach(async () => {
    await proxy.stop();
    servers.splice(0).forEach((server) => server.close());
  });

  const upstream = async (name: string) => {
    const { server, ...address } = await echo(name);
    servers.push(server);
    return address;
  };
  const dial = async (): Promise<Socket> => {
    const socket = connect(proxy.port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const heard = async (socket: Socket): Promise<string> => String((await once(socket, 'data'))[0]);

  it('refuses until it knows where to forward', async () => {
    await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('passes bytes both ways', async () => {
    await proxy.forwardTo(await upstream('one'));
    const socket = await dial();
    expect(await heard(socket)).toBe('one');
    socket.write('ping');
    expect(await heard(socket)).toBe('ping');
    socket.destroy();
  });

  it('cuts what stands and refuses what comes', async () => {
    await proxy.forwardTo(await upstream('one'));
    const socket = await dial();
    await heard(socket);
    const closed = once(socket, 'close');
    await proxy.refuse();
    await closed;
    await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('comes back at the same address with another server behind it', async () => {
    await proxy.forwardTo(await upstream('one'));
    const { port } = proxy;
    await proxy.refuse();
    await proxy.forwardTo(await upstream('other'));
    expect(proxy.port).toBe(port);
    const socket = await dial();
    expect(await heard(socket)).toBe('other');
    socket.destroy();
  });

  it('cuts what stands and takes new connections', async () => {
    await proxy.forwardTo(await upstream('one'));
    const socket = await dial();
    await heard(socket);
    const closed = once(socket, 'close');
    proxy.cut();
    await closed;
    const next = await dial();
    expect(await heard(next)).toBe('one');
    next.destroy();
  });

  it('holds everything back, and then lets it through in order', async () => {
    await proxy.forwardTo(await upstream(''));
    const socket = await dial();
    let received = '';
    socket.on('data', (chunk) => (received += String(chunk)));
    proxy.hold();
    for (const word of ['a', 'b', 'c']) socket.write(word);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(received).toBe('');
    proxy.goOn();
    socket.write('d');
    await eventually(() => expect(received).toBe('abcd'));
    socket.destroy();
  });

  it.each(['cut', 'lose-reply', 'orphan'] as const)('deals with what a client sends: %s', async (fate) => {
    const address = await upstream('');
    let arrived = '';
    servers.at(-1)?.on('connection', (socket) => socket.on('data', (chunk) => (arrived += String(chunk))));
    await proxy.forwardTo(address);
    proxy.judge((sent) => (sent.includes('COMMIT') ? fate : 'pass'));
    const socket = await dial();
    let received = '';
    socket.on('data', (chunk) => (received += String(chunk)));
    socket.write('BEGIN');
    await eventually(() => expect(received).toBe('BEGIN'));
    const closed = once(socket, 'close');
    socket.write('COMMIT');
    await closed;
    expect(received).toBe('BEGIN');
    if (fate === 'cut') expect(arrived).toBe('BEGIN');
    else await eventually(() => expect(arrived).toBe('BEGINCOMMIT'));
  });
});
