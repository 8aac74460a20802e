import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What becomes of something that a client sends: it passes; the connection is cut before it does; it passes and its reply
 * is lost, with the connection; it passes and the client is gone at once, while the server still works on it.
 */
export type Fate = 'pass' | 'cut' | 'lose-reply' | 'orphan';

/** Stands between a service and a server, at an address that stays while the server goes and comes. */
export interface TcpProxy {
  /** Of 127.0.0.1. */
  port: number;
  /** From now on to this address; connections that stand are cut. */
  forwardTo(address: { host: string; port: number }): Promise<void>;
  /** Cuts every connection and refuses new ones, as a machine does on which the server has died. */
  refuse(): Promise<void>;
  /** Cuts every connection; new ones are welcome. */
  cut(): void;
  /** Lets nothing through until `goOn`; connections stand, as with a server that is frozen. */
  hold(): void;
  goOn(): void;
  /** Milliseconds that every chunk waits from now on, in both directions. */
  delay(ms: number): void;
  /** Asked of each chunk that a client sends; undefined = all pass. */
  judge(fateOf: ((sent: Buffer) => Fate) | undefined): void;
  stop(): Promise<void>;
}

/** Refuses connections until it is told where to forward them. */
export async function startTcpProxy(): Promise<TcpProxy> {
  const weather = new Weather();
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
    }
    join(client, upstream, weather);
  });
  const port = await listen(server, 0);
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  const refuse = async (): Promise<void> => {
    cut();
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
    cut,
    hold: () => weather.hold(),
    goOn: () => weather.goOn(),
    delay: (ms) => (weather.delayMs = ms),
    judge: (fateOf) => (weather.fateOf = fateOf),
    stop: async () => {
      weather.goOn();
      await refuse();
    },
  };
}

/** What all connections of a proxy go through. */
class Weather {
  delayMs = 0;
  fateOf: ((sent: Buffer) => Fate) | undefined;
  #held: Promise<void> | undefined;
  #release: () => void = () => undefined;

  hold(): void {
    this.#held ??= new Promise((resolve) => (this.#release = resolve));
  }

  goOn(): void {
    this.#release();
    this.#held = undefined;
  }

  /** undefined = at once. */
  wait(): Promise<unknown> | undefined {
    if (this.#held === undefined) return this.delayMs === 0 ? undefined : sleep(this.delayMs);
    return this.#held;
  }
}

/** Bytes keep their order within a direction, however long each waits. */
function join(client: Socket, upstream: Socket, weather: Weather): void {
  let repliesAreLost = false;
  const cut = (): void => void (client.destroy(), upstream.destroy());
  inOrder(client, weather, (chunk) => {
    const fate = weather.fateOf?.(chunk) ?? 'pass';
    if (fate === 'cut') return cut();
    if (fate === 'lose-reply') repliesAreLost = true;
    pass(chunk, client, upstream, fate === 'orphan' ? cut : undefined);
  });
  inOrder(upstream, weather, (chunk) => {
    if (repliesAreLost) return cut();
    pass(chunk, upstream, client);
  });
}

function pass(chunk: Buffer, from: Socket, to: Socket, whenSent?: () => void): void {
  if (to.destroyed) return;
  if (!to.write(chunk, whenSent)) {
    from.pause();
    to.once('drain', () => from.resume());
  }
}

function inOrder(socket: Socket, weather: Weather, deliver: (chunk: Buffer) => void): void {
  let last: Promise<void> | undefined;
  const after = (earlier: Promise<unknown> | undefined, deliverNow: () => void): void => {
    const mine = Promise.all([earlier, weather.wait()]).then(deliverNow);
    const over = mine.then(() => void (last === over && (last = undefined)));
    last = over;
  };
  socket.on('data', (chunk) => {
    if (last === undefined && weather.wait() === undefined) deliver(chunk);
    else after(last, () => deliver(chunk));
  });
  socket.once('end', () => {
    const end = (): void => void socket.destroySoon();
    if (last === undefined) end();
    else after(last, end);
  });
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
