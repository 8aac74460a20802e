import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { freePorts, type LivingChild, startChild } from '#servers';
import { eventually } from '#testkit';

type RedisClient = ReturnType<typeof connection>;

/** A Redis that one test file may stop, freeze and empty: the run's own is everybody's. */
export class OwnRedis {
  private child: LivingChild | undefined;

  private constructor(
    readonly url: string,
    private readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(): Promise<OwnRedis> {
    const [port = 0] = await freePorts(1);
    const folder = await mkdtemp(join(tmpdir(), 'octopus-test-redis-'));
    const redis = new OwnRedis(`redis://127.0.0.1:${port}`, port, folder);
    await redis.run();
    return redis;
  }

  /** Starts it again after `kill`, empty unless `save` was called. */
  async run(): Promise<void> {
    this.child = await startChild({
      command: 'redis-server',
      args: ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--dir', this.folder],
      cwd: this.folder,
      env: process.env,
      logFile: join(this.folder, 'log'),
      deathSignal: 'KILL',
    });
    await eventually(() => this.ask((client) => client.ping()));
  }

  async kill(): Promise<void> {
    await this.child?.stop('SIGKILL', 1_000);
  }

  freeze(): void {
    process.kill(this.child?.pid ?? 0, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.child?.pid ?? 0, 'SIGCONT');
  }

  flush(): Promise<unknown> {
    return this.ask((client) => client.flushAll());
  }

  /** Writes what it holds to disk; the next `run` begins with it. */
  save(): Promise<unknown> {
    return this.ask((client) => client.sendCommand(['SAVE']));
  }

  async ask<T>(question: (client: RedisClient) => Promise<T>): Promise<T> {
    const client = connection(this.url);
    await client.connect();
    try {
      return await question(client);
    } finally {
      client.destroy();
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function connection(url: string) {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 1_000 } });
  client.on('error', () => undefined);
  return client;
}
