import { execFile } from 'node:child_process';

/** The outcome of a program that ran to its end (or could not be started: `code` is then null). */
export interface ProgramRun {
  ok: boolean;
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds after which it is killed; no limit if left out. */
  timeoutMs?: number;
  /** Run as this user (root only). */
  user?: { uid: number; gid: number };
}

/** Runs a program to its end and never throws: a missing program is `ok: false` like a failing one. */
export function runProgram(command: string, args: string[], options: RunOptions = {}): Promise<ProgramRun> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      {
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...(options.env === undefined ? {} : { env: options.env }),
        ...(options.user ?? {}),
        timeout: options.timeoutMs ?? 0,
        killSignal: 'SIGKILL',
        maxBuffer: 16 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ ok: error === null, code, stdout, stderr: stderr || (error?.message ?? '') });
      },
    );
    child.stdin?.end();
  });
}

/** The last line of a program's output that says something, for one-line messages. */
export function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '') ?? '';
}
