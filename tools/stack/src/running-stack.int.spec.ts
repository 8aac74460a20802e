import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  claimFolder,
  findRunningStack,
  noteReady,
  readyFrontDoor,
  releaseFolder,
  stopRunningStack,
} from './running-stack.js';
import type { StackFolder } from './stack-folder.js';

let folder: StackFolder;
beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'octopus-stack-'));
  folder = { root, servers: join(root, 'servers'), images: join(root, 'images'), logs: join(root, 'logs') };
});
afterEach(() => rm(folder.root, { recursive: true, force: true }));

describe('the one stack of a clone', () => {
  it('is found while it runs, and refuses a second', async () => {
    expect(await findRunningStack(folder)).toBeUndefined();
    await claimFolder(folder, 'http://127.0.0.1:8080');
    expect(await findRunningStack(folder)).toMatchObject({ pid: process.pid });
    await expect(claimFolder(folder, 'x')).rejects.toThrow(
      /already runs \(process \d+, http:\/\/127\.0\.0\.1:8080\).*npm stop/,
    );
    await releaseFolder(folder);
    expect(await findRunningStack(folder)).toBeUndefined();
  });

  it.each([
    ['of a process that has ended', '{"pid":4194305,"born":"1","address":"x"}'],
    ['whose process id belongs to another now', `{"pid":${process.pid},"born":"1","address":"x"}`],
    ['that is cut off', '{"pid":12'],
  ])('takes over from a record %s', async (_what, text) => {
    await writeFile(join(folder.root, 'running.json'), text);
    expect(await findRunningStack(folder)).toBeUndefined();
    await claimFolder(folder, 'x');
    expect(await findRunningStack(folder)).toMatchObject({ pid: process.pid });
  });

  it('is killed when it does not stop in time', async () => {
    const script = `process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000); console.log('up')`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    const ended = once(child, 'exit');
    const { readFileSync } = await import('node:fs');
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    const born = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    await stopRunningStack({ pid: child.pid ?? 0, born }, 300);
    expect((await ended)[1]).toBe('SIGKILL');
  });
});

describe('the front door of the stack of a clone', () => {
  it('is waited for until the stack is ready', async () => {
    await claimFolder(folder, 'http://127.0.0.1:8080');
    const found = readyFrontDoor(folder);
    const early = await Promise.race([found, new Promise((resolve) => setTimeout(resolve, 500, 'waits'))]);
    expect(early).toBe('waits');
    await noteReady(folder);
    expect(await found).toBe('http://127.0.0.1:8080');
    expect(await findRunningStack(folder)).toMatchObject({ pid: process.pid, ready: true });
  });

  it('is not there without a stack, with one that ends before, and with servers only', async () => {
    expect(await readyFrontDoor(folder)).toBeUndefined();
    await claimFolder(folder, 'http://127.0.0.1:8080');
    const found = readyFrontDoor(folder);
    await releaseFolder(folder);
    expect(await found).toBeUndefined();
    await claimFolder(folder, 'servers only');
    expect(await readyFrontDoor(folder)).toBeUndefined();
  });
});
