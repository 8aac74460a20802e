import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneRoot, freePorts, isAlive } from '#servers';
import { refuseTakenPort } from './front-door-port.js';
import { LifeLine } from './life-line.js';
import { type Program, runToEnd, startProgram, untilHealthy } from './program.js';
import type { StackFolder } from './stack-folder.js';

/** Ready at its third question; ends at POST /die with a word in its log. */
const FAKE_SERVICE = `
import { createServer } from 'node:http';
let asked = 0;
createServer((request, response) => {
  if (request.method === 'POST') { console.log('cannot go on'); process.exit(3); }
  response.writeHead(++asked < 3 ? 503 : 200).end();
}).listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

let folder: StackFolder;
let program: Program;
beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'octopus-stack-'));
  folder = { root, servers: join(root, 'servers'), images: join(root, 'images'), logs: join(root, 'logs') };
  await mkdir(folder.logs);
  const script = join(root, 'fake.mjs');
  await writeFile(script, FAKE_SERVICE);
  const [port] = await freePorts(1);
  program = {
    name: 'fake',
    script: relative(cloneRoot(), script),
    env: { PORT: String(port) },
    health: `http://127.0.0.1:${port}/health/ready`,
  };
});
afterAll(() => rm(folder.root, { recursive: true, force: true }));

describe('a program of the stack', () => {
  it('is waited for until it is ready, and stopped in order', async () => {
    const life = new LifeLine();
    const child = await startProgram(program, folder);
    await life.addProgram('services', 'fake', child);
    await untilHealthy(program, child);
    await life.stop();
    expect(await child.exited).toBe('code 0');
    expect(isAlive(child.pid)).toBe(false);
  });

  it('that ends by itself is told of, with the end of its log', async () => {
    const life = new LifeLine();
    const child = await startProgram(program, folder);
    await life.addProgram('services', 'fake', child);
    await untilHealthy(program, child);
    await fetch(program.health, { method: 'POST' }).catch(() => undefined);
    expect(await life.death).toMatch(/^fake stopped unexpectedly \(code 3\); its log: .*\n {2}cannot go on$/);
    await life.stop();
  });

  it('that cannot start fails the start, with the end of its log', async () => {
    const broken = { ...program, script: 'no/such/program.js' };
    const child = await startProgram(broken, folder);
    await expect(untilHealthy(broken, child)).rejects.toThrow(/fake stopped unexpectedly \(code 1\)/);
    await expect(runToEnd(broken, folder)).rejects.toThrow(/Cannot find module/);
  });

  it('added while everything is being stopped is stopped at once', async () => {
    const life = new LifeLine();
    await life.stop();
    const child = await startProgram(program, folder);
    await life.addProgram('services', 'fake', child);
    expect(child.hasExited()).toBe(true);
  });
});

describe('a taken port', () => {
  it('is refused with its holder and another to take', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const refused = refuseTakenPort(port);
    await expect(refused).rejects.toThrow(`process ${process.pid}`);
    await expect(refused).rejects.toThrow(`--port ${port + 1}`);
    server.close();
    await once(server, 'close');
    await expect(refuseTakenPort(port)).resolves.toBeUndefined();
  });
});
