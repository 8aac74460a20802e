import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LivingChild, cloneRoot, lastLogLines, startChild } from '#servers';
import type { StackFolder } from './stack-folder.js';
import { StackFailure } from './stack-failure.js';

/** One of our own Node programs: a service, the front door, the issuer. */
export interface Program {
  name: string;
  /** Built file, below the clone's root. */
  script: string;
  env: NodeJS.ProcessEnv;
  /** Answers 200 to a GET as soon as the program can do its work. */
  health: string;
}

const READY_MS = 60_000;

/** Starts a program with its log in the stack's folder. */
export function startProgram(
  { name, script, env }: Omit<Program, 'health'>,
  folder: StackFolder,
): Promise<LivingChild> {
  return startChild({
    command: process.execPath,
    args: [join(cloneRoot(), script)],
    cwd: cloneRoot(),
    // Compiled code kept between starts: a service is up in two thirds of the time.
    env: { NODE_COMPILE_CACHE: join(folder.root, 'compile-cache'), ...env },
    logFile: join(folder.logs, `${name}.log`),
    deathSignal: 'KILL',
  });
}

/**
 * Waits until the program's health address answers 200.
 * @throws StackFailure when the program ends first or needs more than a minute
 */
export async function untilHealthy({ name, health }: Program, child: LivingChild): Promise<void> {
  const end = Date.now() + READY_MS;
  while (!child.hasExited()) {
    if (await answersReady(health)) return;
    if (Date.now() > end) throw new StackFailure(`${name} is not ready after 60 s${logEnd(child.logFile)}`);
    await sleep(60);
  }
  throw new StackFailure(await howItEnded(name, child));
}

/** Runs a program to its end. @throws StackFailure with the end of its log when it fails */
export async function runToEnd(program: Omit<Program, 'health'>, folder: StackFolder): Promise<void> {
  const child = await startProgram(program, folder);
  if ((await child.exited) !== 'code 0') throw new StackFailure(await howItEnded(program.name, child));
}

/** One line on a program that has ended by itself, then the end of its log. */
export async function howItEnded(name: string, child: LivingChild): Promise<string> {
  return `${name} stopped unexpectedly (${await child.exited})${logEnd(child.logFile)}`;
}

function logEnd(logFile: string): string {
  // Without a stack trace's frames: they push out what went wrong.
  const telling = lastLogLines(logFile, 60).filter((line) => !/^\s+at /.test(line));
  const lines = telling.slice(-8).map((line) => `  ${line.slice(0, 400)}`);
  return [`; its log: ${logFile}`, ...lines].join('\n');
}

async function answersReady(health: string): Promise<boolean> {
  try {
    const answer = await fetch(health, { signal: AbortSignal.timeout(3_000) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}
