import { Worker } from 'node:worker_threads';
import { ProblemError } from '#platform';
import type { PrintJob } from './print-job.js';
import type { PrintAnswer } from './print-worker.js';

export interface PrintThreadsOptions {
  /** What a thread runs: answers each job with a `PrintAnswer`. */
  readonly file: string | URL;
  readonly threads: number;
  /** Jobs that may wait while all threads are busy. */
  readonly mostWaiting: number;
  /** A job that takes longer hangs: its thread is ended and another one goes on. */
  readonly longestJobMs: number;
  /** A thread without work ends after this time. */
  readonly idleMs: number;
}

interface WaitingJob {
  readonly job: PrintJob;
  readonly resolve: (file: Buffer) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  current: (WaitingJob & { readonly timer: NodeJS.Timeout }) | undefined;
  idle: NodeJS.Timeout | undefined;
}

const RETRY_AFTER_SECONDS = 5;

/** A few threads, started when they are needed, each with one job at a time. */
export class PrintThreads {
  private readonly waiting: WaitingJob[] = [];
  private readonly threads = new Set<Thread>();
  private closed = false;

  constructor(private readonly options: PrintThreadsOptions) {}

  /** @throws ProblemError `overloaded` when too many jobs wait; Error when the job fails, hangs or its thread dies */
  print(job: PrintJob): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.closed || this.waiting.length >= this.options.mostWaiting) {
        reject(new ProblemError('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS }));
        return;
      }
      this.waiting.push({ job, resolve, reject });
      this.next();
    });
  }

  /** Whoever still waits is told `overloaded`. */
  async close(): Promise<void> {
    this.closed = true;
    const error = new ProblemError('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    for (const { reject } of this.waiting.splice(0)) reject(error);
    await Promise.all([...this.threads].map((thread) => this.end(thread, error)));
  }

  private next(): void {
    if (this.waiting.length === 0) return;
    const thread = [...this.threads].find(({ current }) => current === undefined) ?? this.started();
    const first = thread && this.waiting.shift();
    if (thread === undefined || first === undefined) return;
    clearTimeout(thread.idle);
    const hangs = (): void => void this.end(thread, new Error('a print took too long'));
    thread.current = { ...first, timer: setTimeout(hangs, this.options.longestJobMs) };
    thread.worker.postMessage(first.job);
  }

  private started(): Thread | undefined {
    if (this.closed || this.threads.size >= this.options.threads) return undefined;
    const worker = new Worker(this.options.file, { name: 'prints' });
    const thread: Thread = { worker, current: undefined, idle: undefined };
    this.threads.add(thread);
    // A process that has nothing else to do may end; a job under way keeps it by its timer.
    worker.unref();
    worker.on('message', (answer: PrintAnswer) => this.answered(thread, answer));
    worker.once('error', (cause) => void this.end(thread, new Error('a print thread failed', { cause })));
    worker.once('exit', () => void this.end(thread, new Error('a print thread ended')));
    return thread;
  }

  private answered(thread: Thread, answer: PrintAnswer): void {
    const { current } = thread;
    thread.current = undefined;
    clearTimeout(current?.timer);
    if ('file' in answer) current?.resolve(Buffer.from(answer.file));
    else current?.reject(new Error(answer.failure));
    const rest = (): void => void this.end(thread, new Error('a print thread rests'));
    thread.idle = setTimeout(rest, this.options.idleMs).unref();
    this.next();
  }

  /** @param error what the job under way is told */
  private async end(thread: Thread, error: Error): Promise<void> {
    if (!this.threads.delete(thread)) return;
    clearTimeout(thread.idle);
    clearTimeout(thread.current?.timer);
    thread.current?.reject(error);
    this.next();
    await thread.worker.terminate();
  }
}
