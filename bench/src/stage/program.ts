import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cloneRoot, freePorts, lastLogLines, startChild } from '#servers';

const BOOT_MS = 60_000;

/** A program of ours from `dist`, as production runs it. */
export interface Program {
  readonly pid: number;
  readonly port: number;
  /** Milliseconds from the start of the process to its first 200 on `/health/ready`. */
  readonly readyAfterMs: number;
  stop(): Promise<void>;
}

/**
 * @param file below `dist`
 * @throws with the last lines of its log when it ends early or is not ready within a minute
 */
export async function startProgram(file: string, env: Record<string, string>): Promise<Program> {
  const [port = 0] = await freePorts(1);
  const folder = await mkdtemp(join(tmpdir(), 'octopus-bench-'));
  const { PATH = '', HOME = '' } = process.env;
  const options = [await imageOptions(), process.env['BENCH_NODE_OPTIONS']]
    .filter(Boolean)
    .join(' ')
    .split(' ');
  const startedAt = performance.now();
  const child = await startChild({
    command: process.execPath,
    args: [...options, join(cloneRoot(), 'dist', file)],
    cwd: cloneRoot(),
    env: {
      PATH,
      HOME,
      NODE_ENV: 'production',
      LOG_LEVEL: 'warn',
      HOST: '127.0.0.1',
      ...env,
      PORT: String(port),
    },
    logFile: join(folder, 'log'),
    deathSignal: 'KILL',
  });
  const log = (): string => lastLogLines(child.logFile, 20).join('\n');
  const stop = async (): Promise<void> => {
    await child.stop('SIGTERM', 20_000);
    await rm(folder, { recursive: true, force: true });
  };
  while (!(await isReady(port))) {
    const late = performance.now() - startedAt > BOOT_MS;
    if (child.hasExited() || late) {
      const words = `${file} ${late ? 'is not ready' : `ended (${await child.exited})`}; its log ends:\n${log()}`;
      await stop();
      throw new Error(words);
    }
    await sleep(5);
  }
  return { pid: child.pid, port, readyAfterMs: performance.now() - startedAt, stop };
}

/** Node's options as production has them. */
async function imageOptions(): Promise<string> {
  const [, options] =
    /NODE_OPTIONS="(.*)"/.exec(await readFile(join(cloneRoot(), 'Dockerfile'), 'utf8')) ?? [];
  if (options === undefined)
    throw new Error('Dockerfile: no NODE_OPTIONS="…" in it; the bench runs programs with them');
  return options;
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, {
      signal: AbortSignal.timeout(2_000),
    });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
}
