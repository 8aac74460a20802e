import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { cloneRoot, isAlive } from './data-folder.js';

/** A process that starts servers, prints their process ids and then waits to be killed. */
const PARENT = `
import { findOrStartServers } from '${join(cloneRoot(), 'dist/libs/servers/src/index.js')}';
const env = { PATH: process.env.PATH, HOME: process.env.HOME };
const servers = await findOrStartServers({ env, data: { kind: 'throwaway' }, only: ['postgres', 'redis'] });
console.log(JSON.stringify(servers.pids));
setInterval(() => undefined, 1000);
`;

describe('servers of a process that is killed', () => {
  it('end with it', async () => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pids = JSON.parse(line.toString()) as number[];
    expect(pids.map(isAlive)).toEqual([true, true]);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    for (let tries = 0; tries < 600 && pids.some(isAlive); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(pids.filter(isAlive)).toEqual([]);
  }, 120_000);
});
