import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cloneDataFolder, cloneRoot, freePorts, lastLogLines, openFolder, startChild } from '#servers';
import { howItEnded } from './program.js';
import { StackFailure } from './stack-failure.js';
import { type StoryPart, deviations, storyScript } from './story-script.js';

/** Longer than a clean stop of every layer of a stack takes. */
const STOP_MS = 45_000;

/** Runs a story in bash, where any failing command ends it, and holds what it prints to the README. Resolves to an exit code. */
export async function runStory(parts: readonly StoryPart[], frontDoorUrl: string): Promise<number> {
  const bash = spawn('bash', ['-euo', 'pipefail', '-E', '-c', storyScript(parts, frontDoorUrl)], {
    cwd: cloneRoot(),
    env: { ...process.env, FRONT_DOOR_URL: frontDoorUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  bash.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const [code] = (await once(bash, 'close')) as [number | null];
  const wrong = deviations(parts, output);
  wrong.forEach((line) => console.error(line));
  const holds = code === 0 && wrong.length === 0;
  console.log(holds ? 'The story holds' : 'The story does not hold');
  return holds ? 0 : code || 1;
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
