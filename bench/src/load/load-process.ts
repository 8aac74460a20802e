import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadPlan, LoadResult } from './plan.js';

/** The process that sends the requests: one for the whole bench, so that its code is compiled once. */
export class LoadProcess {
  private isBusy = false;

  private constructor(private readonly child: ChildProcess) {}

  static start(tokens: readonly string[]): LoadProcess {
    const child = fork(fileURLToPath(new URL('./generator.js', import.meta.url)), {
      serialization: 'advanced',
    });
    const load = new LoadProcess(child);
    load.order({ tokens });
    return load;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** @throws when a connection broke, the process ended, or another plan is still being carried out */
  async run(plan: LoadPlan): Promise<LoadResult> {
    if (this.isBusy) throw new Error('the load process carries out one plan at a time');
    this.isBusy = true;
    const ended = new AbortController();
    const exit = (): void => ended.abort(new Error('the load process ended'));
    this.child.once('exit', exit);
    try {
      this.order({ plan });
      const [result] = (await once(this.child, 'message', { signal: ended.signal })) as [LoadResult];
      if (result.errors.length > 0)
        throw new Error(`the load was cut short: ${result.errors.slice(0, 3).join('; ')}`);
      return result;
    } finally {
      this.isBusy = false;
      this.child.off('exit', exit);
    }
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }

  private order(order: LoadOrder): void {
    this.child.send(order);
  }
}
