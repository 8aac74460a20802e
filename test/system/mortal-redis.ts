import { once } from 'node:events';
import { createClient } from 'redis';
import { findOrStartServers, isAlive, type Servers } from '#servers';
import { eventually, startTcpProxy, type TcpProxy } from '#testkit';

/** A Redis of the test's own that can be killed, and comes back empty at the same address. */
export interface MortalRedis {
  url: string;
  /** What stands before it. */
  proxy: TcpProxy;
  /** @param before done to the empty server while nobody else reaches it */
  start(options?: { before?: (client: Client) => Promise<unknown> }): Promise<void>;
  /** `kill -9`; connections break and new ones are refused. */
  kill(): Promise<void>;
  /** All fields of a hash. */
  hash(key: string): Promise<Record<string, string>>;
  /** On a connection of its own, past the proxy. */
  directly<T>(work: (client: Client) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

const password = 'the-same-for-every-life';

export async function startMortalRedis(): Promise<MortalRedis> {
  const proxy = await startTcpProxy();
  const url = `redis://:${password}@127.0.0.1:${proxy.port}`;
  let servers: Servers | undefined;
  let directUrl = url;
  const start: MortalRedis['start'] = async ({ before } = {}) => {
    const { REDIS_URL: _given, ...env } = process.env;
    servers = await findOrStartServers({ env, data: { kind: 'throwaway' }, only: ['redis'] });
    await withClient(servers.redisUrl, (client) => client.configSet('requirepass', password));
    const { hostname, port } = new URL(servers.redisUrl);
    directUrl = `redis://:${password}@${hostname}:${port}`;
    if (before !== undefined) await withClient(directUrl, before);
    await proxy.forwardTo({ host: hostname, port: Number(port) });
  };
  const kill = async (): Promise<void> => {
    const [pid] = servers?.pids ?? [];
    if (pid !== undefined) {
      process.kill(pid, 'SIGKILL');
      await eventually(() => {
        if (isAlive(pid)) throw new Error('Redis is still there');
      });
    }
    await proxy.refuse();
    // Removes its folder; where Redis is a container this is what ends it.
    await servers?.stop();
  };
  await start();
  return {
    url,
    proxy,
    start,
    kill,
    hash: (key) => withClient(url, (client) => client.hGetAll(key)),
    directly: (work) => withClient(directUrl, work),
    stop: async () => {
      await servers?.stop();
      await proxy.stop();
    },
  };
}

type Client = ReturnType<typeof createClient>;

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client: Client = createClient({ url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
    if (client.isOpen) await once(client, 'end');
  }
}
