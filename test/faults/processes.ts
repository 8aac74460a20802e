import { serviceProcess, type ServiceProcess } from '#testkit';
import { freePorts } from '#servers';

type Env = Record<string, string>;

/** The service's processes: killed, and started again at the same address, as an orchestrator would. */
export class Processes {
  private readonly running = new Map<string, ServiceProcess>();
  private readonly envs = new Map<string, string>();
  private ports: string[] = [];
  private readonly turns = new Map<string, Promise<void>>();

  constructor(
    private readonly env: Env,
    private readonly note: (says: string) => void,
  ) {}

  /** Whether they run or not: clients knock at dead doors, too. */
  get urls(): string[] {
    return this.ports.map((port) => `http://127.0.0.1:${port}`);
  }

  /** Exactly so many, alive; the n-th with `armed[n]` on top. What runs as it should is left alone. */
  async have(count: number, armed: readonly Env[] = []): Promise<void> {
    while (this.ports.length < count) this.ports.push(String((await freePorts(1))[0]));
    for (const port of this.ports.splice(count)) await this.stop(port);
    await Promise.all(
      this.ports.map(async (port, nth) => {
        const env = armed[nth] ?? {};
        if (this.running.has(port) && this.envs.get(port) === JSON.stringify(env) && isAlive(this.at(port)))
          return;
        await this.stop(port);
        await this.start(port, env);
      }),
    );
  }

  /** `kill -9`, and a new one in its place. */
  async killAndRestart(nth: number): Promise<void> {
    await this.inTurn(nth, async (port) => {
      this.note(`kill -9 of process ${nth + 1}`);
      await this.running.get(port)?.kill('SIGKILL');
      await this.restart(port, nth);
    });
  }

  /** SIGTERM and a new one, as a rollout does it. */
  async roll(nth: number): Promise<void> {
    await this.inTurn(nth, async (port) => {
      this.note(`process ${nth + 1} is rolled`);
      await this.stop(port);
      await this.restart(port, nth);
    });
  }

  signal(nth: number, signal: NodeJS.Signals): void {
    const running = this.running.get(this.ports[nth] ?? '');
    this.note(`${signal} to process ${nth + 1}`);
    if (running !== undefined) process.kill(running.pid, signal);
  }

  /** Resolves when the process has ended by itself (a failpoint), and another one runs in its place. */
  async replaceWhenDead(nth: number, { withinMs = 60_000 } = {}): Promise<boolean> {
    const port = this.ports[nth] ?? '';
    const end = Date.now() + withinMs;
    while (Date.now() < end) {
      const running = this.running.get(port);
      if (running === undefined || !isAlive(running)) {
        this.note(`process ${nth + 1} has died at its failpoint`);
        await this.stop(port);
        await this.restart(port, nth);
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return false;
  }

  logs(): string {
    const short = (log: string): string =>
      log
        .split('\n')
        .map((line) => line.slice(0, 300))
        .join('\n');
    return [...this.running].map(([port, running]) => `--- ${port}\n${short(running.logs(8))}`).join('\n');
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.ports.map((port) => this.stop(port)));
  }

  /** Whoever wants something else with the same process waits. */
  private async inTurn(nth: number, work: (port: string) => Promise<void>): Promise<void> {
    const port = this.ports[nth] ?? '';
    const mine = (this.turns.get(port) ?? Promise.resolve()).then(() => work(port));
    this.turns.set(
      port,
      mine.catch(() => undefined),
    );
    await mine;
  }

  private at(port: string): ServiceProcess {
    const running = this.running.get(port);
    if (running === undefined) throw new Error(`no process at ${port}`);
    return running;
  }

  private async restart(port: string, nth: number): Promise<void> {
    await this.start(port, {});
    this.note(`process ${nth + 1} runs again`);
  }

  private async start(port: string, env: Env): Promise<void> {
    this.envs.set(port, JSON.stringify(env));
    this.running.set(port, await serviceProcess('redemption', { ...this.env, ...env, PORT: port }));
  }

  private async stop(port: string): Promise<void> {
    const running = this.running.get(port);
    this.running.delete(port);
    await running?.stop();
  }
}

function isAlive({ pid }: ServiceProcess): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
