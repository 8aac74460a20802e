import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { once } from 'node:events';

export interface ChildOptions {
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Gets stdout and stderr, emptied at start. */
  logFile: string;
  /** What the kernel sends when we die, even by `kill -9`. PostgreSQL takes QUIT, so that it ends its own children. */
  deathSignal: 'KILL' | 'QUIT';
  /** Run as this user (root only). */
  user?: { uid: number; gid: number };
}

/** A child that does not outlive this process. */
export interface LivingChild {
  pid: number;
  logFile: string;
  /** Resolves at its end, with `code 1` or `signal SIGKILL`; never rejects. */
  exited: Promise<string>;
  hasExited(): boolean;
  /** Sends the signal and waits; after `graceMs` the whole process group is killed. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<void>;
}

/**
 * Starts a program as our child in a process group of its own (a terminal's Ctrl-C reaches only us, so that we stop
 * things in order), tied to our life by `setpriv --pdeathsig` where that exists and by an exit hook everywhere.
 */
export async function startChild(options: ChildOptions): Promise<LivingChild> {
  const [command, args] = tiedToUs(options);
  const log = openSync(options.logFile, 'w', 0o600);
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', log, log],
    ...(options.user ?? {}),
  });
  closeSync(log);
  await once(child, 'spawn');
  return asLivingChild(child, options.logFile);
}

/** The last lines of a log that say something; empty when there is no log. */
export function lastLogLines(file: string, count: number): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line.trim() !== '').slice(-count);
  } catch {
    return [];
  }
}

function asLivingChild(child: ChildProcess, logFile: string): LivingChild {
  const pid = child.pid;
  if (pid === undefined) throw new Error(`no process id for ${child.spawnfile}`);
  living.add(pid);
  let ended = false;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      ended = true;
      living.delete(pid);
      resolve(signal === null ? `code ${code}` : `signal ${signal}`);
    });
  });
  const stop = async (signal: NodeJS.Signals, graceMs: number): Promise<void> => {
    if (ended) return;
    child.kill(signal);
    const timer = setTimeout(() => killGroup(pid), graceMs);
    await exited;
    clearTimeout(timer);
  };
  return { pid, logFile, exited, hasExited: () => ended, stop };
}

function tiedToUs({ command, args, deathSignal }: ChildOptions): [string, string[]] {
  if (!hasSetpriv()) return [command, args];
  return ['setpriv', ['--pdeathsig', deathSignal, '--', command, ...args]];
}

let setprivWorks: boolean | undefined;
function hasSetpriv(): boolean {
  // Busybox has a setpriv without this option, so it is tried and not looked up.
  setprivWorks ??=
    process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0;
  return setprivWorks;
}

const living = new Set<number>();
process.on('exit', () => living.forEach(killGroup));

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}
