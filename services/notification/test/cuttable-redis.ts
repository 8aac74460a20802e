import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** An address of Redis that can be taken away and given back, without touching the server. */
export interface CuttableRedis {
  url: string;
  cut(): void;
  mend(): void;
  stop(): Promise<void>;
}

export async function cuttableRedis(redisUrl: string): Promise<CuttableRedis> {
  const target = new URL(redisUrl);
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((socket) => {
    if (isCut) return void socket.destroy();
    const redis = connect(Number(target.port || 6379), target.hostname);
    for (const [from, to] of [
      [socket, redis],
      [redis, socket],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = new URL(redisUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    mend: () => {
      isCut = false;
    },
    stop: async () => {
      cut();
      await new Promise((done) => server.close(done));
    },
  };
}
