import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Sheet } from '../use-cases/print-code.js';
import type { PrintJob } from './print-job.js';
import { PrintThreads } from './print-threads.js';

/** Node runs no TypeScript of ours: where the sources run, as in tests, the thread runs what was built from them. */
const folder = import.meta.filename.endsWith('.ts')
  ? join(import.meta.dirname, '../../../../dist/services/redemption/src/printing')
  : import.meta.dirname;

/**
 * Draws files beside the thread that redemptions run on, so that none waits for a print. Prints are rare: one thread is
 * enough, which holds some tens of megabytes while it lives.
 */
@Injectable()
export class PrintPool implements OnApplicationShutdown {
  private readonly threads = new PrintThreads({
    file: join(folder, 'print-worker.js'),
    threads: 1,
    mostWaiting: 32,
    longestJobMs: 10_000,
    idleMs: 60_000,
  });

  /** @throws ProblemError `overloaded` when too many prints wait */
  print(format: PrintJob['format'], sheet: Sheet): Promise<Buffer> {
    return this.threads.print({ format, sheet });
  }

  onApplicationShutdown(): Promise<void> {
    return this.threads.close();
  }
}
