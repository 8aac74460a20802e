import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cloneDataFolder, cloneRoot, freePorts, lastLogLines, openFolder, startChild } from '#servers';
import { howItEnded } from './program.js';
import { StackFailure } from './stack-failure.js';

/** Longer than a clean stop of every layer of a stack takes. */
const STOP_MS = 45_000;

/** Runs a story in bash, any failing command ends it. Resolves to its exit code. */
export async function runStory(script: string, frontDoorUrl: string): Promise<number> {
  const bash = spawn('bash', ['-euo', 'pipefail', '-E', '-c', script], {
    cwd: cloneRoot(),
    env: { ...process.env, FRONT_DOOR_URL: frontDoorUrl },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(bash, 'close')) as [number | null];
  console.log(code === 0 ? 'The story holds' : 'The story does not hold');
  return code ?? 1;
}

/** Starts a stack on free ports and throw-away data for the time of the work; one that runs already is left alone. */
export async function withOwnStack(work: (frontDoorUrl: string) => Promise<number>): Promise<number> {
  console.log('Starting a stack for the story …');
  const [port = 0] = await freePorts(1);
  const logFile = join(await openFolder(cloneDataFolder()), `story-${process.pid}.log`);
  const stack = await startChild({
    command: process.execPath,
    args: [join(cloneRoot(), 'dist/tools/stack/src/main.js'), 'start', '--throwaway', '--port', String(port)],
    cwd: cloneRoot(),
    env: process.env,
    logFile,
    deathSignal: 'KILL',
  });
  const stop = (): Promise<void> => stack.stop('SIGTERM', STOP_MS);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
  try {
    while (!lastLogLines(logFile, 1)[0]?.startsWith('Ready')) {
      if (stack.hasExited()) throw new StackFailure(await howItEnded('The stack for the story', stack));
      await sleep(100);
    }
    return await work(`http://127.0.0.1:${port}`);
  } finally {
    await stop();
    await rm(logFile, { force: true });
  }
}
