import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { freePorts, type LivingChild, startChild } from '#servers';
import { eventually } from '#testkit';

/** A Redis of the bench's own, because some rows stop and freeze it. */
export class BenchRedis {
  private child: LivingChild | undefined;

  private constructor(
    readonly url: string,
    private readonly folder: string,
  ) {}

  static async start(): Promise<BenchRedis> {
    const [port = 0] = await freePorts(1);
    const password = randomBytes(18).toString('base64url');
    const folder = await mkdtemp(join(tmpdir(), 'octopus-bench-redis-'));
    const lines = [`port ${port}`, 'bind 127.0.0.1', `requirepass ${password}`, 'save ""', 'appendonly no'];
    await writeFile(join(folder, 'redis.conf'), `${lines.join('\n')}\n`, { mode: 0o600 });
    const redis = new BenchRedis(`redis://:${password}@127.0.0.1:${port}`, folder);
    await redis.run();
    return redis;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Starts it, empty. */
  async run(): Promise<void> {
    this.child = await startChild({
      command: 'redis-server',
      args: [join(this.folder, 'redis.conf')],
      cwd: this.folder,
      env: process.env,
      logFile: join(this.folder, 'log'),
      deathSignal: 'KILL',
    });
    await eventually(() => this.ping());
  }

  async kill(): Promise<void> {
    await this.child?.stop('SIGKILL', 1_000);
  }

  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async ping(): Promise<void> {
    const client = createClient({
      url: this.url,
      socket: { reconnectStrategy: false, connectTimeout: 1_000 },
    });
    client.on('error', () => undefined);
    await client.connect();
    await client.ping();
    client.destroy();
  }
}
