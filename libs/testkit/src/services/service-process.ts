import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '#contracts';
import { cloneRoot, freePorts, lastLogLines, type LivingChild, startChild } from '#servers';

/** A program of ours as a process of its own, from `dist` (so `npm run build` comes first). */
export interface ServiceProcess {
  /** `http://127.0.0.1:<port>` */
  url: string;
  pid: number;
  /** The last lines that it wrote. */
  readonly logs: (lines?: number) => string;
  /** Sends the signal and waits for the end: `code 0`, `signal SIGKILL`. */
  kill(signal: NodeJS.Signals): Promise<string>;
  /** SIGTERM, as an orchestrator does it; after 15 s SIGKILL. Does nothing once it has ended. */
  stop(): Promise<void>;
}

type ProgramName = ServiceName | 'front-door' | 'dev-issuer';

const bootMs = 30_000;

/**
 * Starts a program and waits until `GET /health/ready` answers 200 (of the issuer, which needs nobody, `/health/live`).
 * @param env on top of PATH and the like; PORT and HOST are chosen here unless given
 * @throws with the last lines of its log when it ends early or is not ready within 30 s
 */
export async function serviceProcess(
  name: ProgramName,
  env: Record<string, string>,
): Promise<ServiceProcess> {
  const port = env['PORT'] ?? String((await freePorts(1))[0]);
  const logFolder = await mkdtemp(join(tmpdir(), `octopus-test-${name}-`));
  const child = await startChild({
    command: process.execPath,
    args: ['--enable-source-maps', join(cloneRoot(), 'dist', roomOf(name), name, 'src', 'main.js')],
    cwd: cloneRoot(),
    env: { ...basicEnv(), NODE_ENV: 'test', LOG_LEVEL: 'info', HOST: '127.0.0.1', ...env, PORT: port },
    logFile: join(logFolder, 'log'),
    deathSignal: 'KILL',
  });
  const started = asServiceProcess(child, `http://127.0.0.1:${port}`, logFolder);
  try {
    await untilReady(name, child, started);
    return started;
  } catch (error) {
    await started.stop();
    throw error;
  }
}

function asServiceProcess(child: LivingChild, url: string, logFolder: string): ServiceProcess {
  let kept = '';
  const logs = (lines = 40): string => kept || lastLogLines(child.logFile, lines).join('\n');
  const ended = async (): Promise<void> => {
    kept ||= logs(200);
    await rm(logFolder, { recursive: true, force: true });
  };
  return {
    url,
    pid: child.pid,
    logs,
    kill: async (signal) => {
      if (!child.hasExited()) process.kill(child.pid, signal);
      const how = await child.exited;
      await ended();
      return how;
    },
    stop: async () => {
      await child.stop('SIGTERM', 15_000);
      await ended();
    },
  };
}

async function untilReady(
  name: ProgramName,
  child: LivingChild,
  { url, logs }: ServiceProcess,
): Promise<void> {
  const start = performance.now();
  let last = 'no answer yet';
  while (!child.hasExited()) {
    try {
      const answer = await fetch(`${url}/health/${name === 'dev-issuer' ? 'live' : 'ready'}`, {
        signal: AbortSignal.timeout(2_000),
      });
      if (answer.status === 200) return void (await answer.body?.cancel());
      last = `${answer.status} ${await answer.text()}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (performance.now() - start > bootMs) {
      throw new Error(`${name} was not ready after ${bootMs} ms (${last}); its log ends:\n${logs()}`);
    }
    await sleep(50);
  }
  throw new Error(`${name} ended before it was ready (${await child.exited}); its log ends:\n${logs()}`);
}

function roomOf(name: ProgramName): string {
  return name === 'front-door' || name === 'dev-issuer' ? 'apps' : 'services';
}

/** A test's own NODE_OPTIONS and settings are none of the service's business. */
function basicEnv(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  return { PATH, HOME, TMPDIR, LANG };
}
