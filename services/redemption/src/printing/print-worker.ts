import { parentPort } from 'node:worker_threads';
import { printed, type PrintJob } from './print-job.js';

/** What a print thread answers to a job; one that throws goes on. */
export type PrintAnswer = { readonly file: Uint8Array } | { readonly failure: string };

// The thread's whole life: one job at a time, each with one answer.
parentPort?.on('message', (job: PrintJob) => {
  void answerTo(job).then((answer) => parentPort?.postMessage(answer));
});

async function answerTo(job: PrintJob): Promise<PrintAnswer> {
  try {
    return { file: new Uint8Array(await printed(job)) };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
