import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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
});
