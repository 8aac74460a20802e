import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a service and a server, at an address that stays while the server goes and comes. */
export interface TcpProxy {
  /** Of 127.0.0.1. */
  port: number;
  /** From now on to this address; connections that stand are cut. */
  forwardTo(address: { host: string; port: number }): Promise<void>;
  /** Cuts every connection and refuses new ones, as a machine does on which the server has died. */
  refuse(): Promise<void>;
  stop(): Promise<void>;
}

/** Refuses connections until it is told where to forward them. */
export async function startTcpProxy(): Promise<TcpProxy> {
  const open = new Set<Socket>();
  let target: { host: string; port: number } | undefined;
  const server = createServer((client) => {
    if (target === undefined) return void client.destroy();
    const upstream = connect(target);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  const port = await listen(server, 0);
  const refuse = async (): Promise<void> => {
    for (const socket of open) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  await refuse();
  return {
    port,
    forwardTo: async (address) => {
      await refuse();
      target = address;
      await listen(server, port);
    },
    refuse,
    stop: refuse,
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
