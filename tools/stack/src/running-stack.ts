import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '#servers';
import type { StackFolder } from './stack-folder.js';
import { StackFailure } from './stack-failure.js';

/** Who runs the stack of this clone; `born` tells the process from a later one with the same id. */
export interface RunningStack {
  pid: number;
  born: string;
  address: string;
  /** Has it said `Ready`? */
  ready: boolean;
}

/** The stack that runs on this folder, or undefined; a record whose process has ended counts for nothing. */
export async function findRunningStack(folder: StackFolder): Promise<RunningStack | undefined> {
  const text = await readFile(recordOf(folder), 'utf8').catch(() => '');
  const record = parseRecord(text);
  if (record === undefined || !isAlive(record.pid) || bornAt(record.pid) !== record.born) return undefined;
  return record;
}

/**
 * Takes the folder for this process.
 * @throws StackFailure when a stack of this clone runs already
 */
export async function claimFolder(folder: StackFolder, address: string): Promise<void> {
  const record: RunningStack = { pid: process.pid, born: bornAt(process.pid), address, ready: false };
  for (let attempt = 1; ; attempt += 1) {
    const running = await findRunningStack(folder);
    if (running !== undefined) throw alreadyRuns(running);
    if (attempt > 1) await rm(recordOf(folder), { force: true });
    const taken = await writeFile(recordOf(folder), JSON.stringify(record), { flag: 'wx', mode: 0o600 }).then(
      () => true,
      () => false,
    );
    if (taken) return;
    if (attempt === 3)
      throw new StackFailure(`${recordOf(folder)} cannot be written: remove it and start again`);
    // A start at the same moment may have made the file and not filled it yet.
    await sleep(200);
  }
}

/** Notes that the stack of this process, which has the folder, can be used. */
export async function noteReady(folder: StackFolder): Promise<void> {
  const running = await findRunningStack(folder);
  if (running?.pid !== process.pid) return;
  // In one step: a reader between two would take half a record for none.
  const next = `${recordOf(folder)}.${process.pid}`;
  await writeFile(next, JSON.stringify({ ...running, ready: true }), { mode: 0o600 });
  await rename(next, recordOf(folder));
}

/**
 * The address of the front door of the stack that runs on this folder, once that stack is ready; undefined when none
 * runs, when it ends before, or when it has only servers.
 */
export async function readyFrontDoor(folder: StackFolder): Promise<string | undefined> {
  for (;;) {
    const running = await findRunningStack(folder);
    if (running === undefined || !running.address.startsWith('http')) return undefined;
    if (running.ready) return running.address;
    await sleep(200);
  }
}

export async function releaseFolder(folder: StackFolder): Promise<void> {
  await rm(recordOf(folder), { force: true });
}

/** Asks the stack to stop and waits for it; after `graceMs` it is killed, and its children die with it. */
export async function stopRunningStack(
  { pid, born }: Pick<RunningStack, 'pid' | 'born'>,
  graceMs: number,
): Promise<void> {
  const runs = (): boolean => isAlive(pid) && bornAt(pid) === born;
  process.kill(pid, 'SIGTERM');
  for (const end = Date.now() + graceMs; runs() && Date.now() < end;) await sleep(100);
  if (!runs()) return;
  process.kill(pid, 'SIGKILL');
  while (runs()) await sleep(50);
}

function alreadyRuns({ pid, address }: RunningStack): StackFailure {
  return new StackFailure(
    `A stack of this clone already runs (process ${pid}, ${address}): use it, or stop it with npm stop`,
  );
}

function recordOf(folder: StackFolder): string {
  return join(folder.root, 'running.json');
}

function parseRecord(text: string): RunningStack | undefined {
  try {
    const record = JSON.parse(text) as Partial<RunningStack>;
    const { pid, born, address, ready } = record;
    if (typeof pid !== 'number' || typeof born !== 'string' || typeof address !== 'string') return undefined;
    return { pid, born, address, ready: ready === true };
  } catch {
    return undefined;
  }
}

/** The kernel's start time of a process; empty where /proc is absent. */
function bornAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
