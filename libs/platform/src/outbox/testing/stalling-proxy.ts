import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands before a broker; while it stalls, what clients send is held, as on a bad network. */
export interface StallingProxy {
  readonly port: number;
  stall(): void;
  /** What is held goes on to the broker, also that of clients that have closed; not that of clients that sent RST. */
  goOn(): void;
  stop(): void;
}

export async function startStallingProxy(broker: { host: string; port: number }): Promise<StallingProxy> {
  const flushes = new Set<() => void>();
  const sockets = new Set<Socket>();
  let stalled = false;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect(broker);
    let held: Buffer[] = [];
    let ended = false;
    const flush = (): void => {
      for (const chunk of held) upstream.write(chunk);
      held = [];
      if (ended) upstream.end();
    };
    const drop = (): void => {
      held = [];
      client.destroy();
      upstream.destroy();
    };
    const flushUnlessStalled = (): void => void (stalled || flush());
    client.on('data', (chunk) => {
      held.push(chunk);
      flushUnlessStalled();
    });
    client.on('end', () => {
      ended = true;
      flushUnlessStalled();
    });
    client.on('error', drop);
    upstream.on('error', drop);
    upstream.on('data', (chunk) => void (client.writable && client.write(chunk)));
    upstream.on('end', () => client.end());
    flushes.add(flush);
    sockets.add(client).add(upstream);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stall: () => {
      stalled = true;
    },
    goOn: () => {
      stalled = false;
      for (const flush of flushes) flush();
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
