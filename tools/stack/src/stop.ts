import { findRunningStack, stopRunningStack } from './running-stack.js';
import { type StackFolder, stackFolder } from './stack-folder.js';

/** Longer than a clean stop of every layer takes. */
const GRACE_MS = 45_000;

/** `npm stop`: stops the stack of this clone, wherever it was started. */
export async function stop(folder: StackFolder = stackFolder()): Promise<void> {
  const running = await findRunningStack(folder);
  if (running === undefined) {
    console.log('No stack of this clone is running');
    return;
  }
  console.log(`Stopping the stack of process ${running.pid} …`);
  await stopRunningStack(running, GRACE_MS);
  console.log('Stopped');
}
