import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ProgramRun, runProgram } from '../run-program.js';
import { installScript } from './install-packages.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'octopus-apt-'));
  await mkdir(join(root, 'bin'));
  await mkdir(join(root, 'usr/sbin'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Runs the script with an apt of our own, which notes what it is told. @param known what `apt-cache show` finds */
async function install(packages: string[], apt: { update: number; known: string }): Promise<ProgramRun> {
  const update = `[ "$1" != update ] || { echo "a source does not answer" >&2; exit ${apt.update}; }`;
  const files = `ls ${root}/usr/sbin ${root}/etc/postgresql-common/createcluster.d >> ${root}/files 2>&1`;
  await program('apt-get', `echo "$*" >> ${root}/told\n${update}\n${files}`);
  await program('apt-cache', `case " ${apt.known} " in *" $2 "*) exit 0;; *) exit 100;; esac`);
  return runProgram('/bin/sh', ['-c', installScript(root), 'install', ...packages], { env: {} });
}

async function program(name: string, text: string): Promise<void> {
  await writeFile(join(root, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

describe('installing packages', () => {
  it.each([0, 100])('goes on when a package source does not answer (update ends with %d)', async (update) => {
    const run = await install(['postgresql', 'new-java|old-java'], { update, known: 'postgresql old-java' });
    expect(run).toMatchObject({ ok: true });
    const told = await readFile(join(root, 'told'), 'utf8');
    expect(told).toMatch(/^update .*\ninstall .* postgresql old-java\n$/);
  });

  it('says so when no source has the packages', async () => {
    const run = await install(['postgresql'], { update: 100, known: '' });
    expect(run).toMatchObject({ ok: false, code: 1 });
    expect(run.stderr).toMatch(/no package source has postgresql\n$/);
  });

  it('keeps servers from starting while it is at work, and takes that back', async () => {
    await install(['postgresql'], { update: 0, known: 'postgresql' });
    const files = await readFile(join(root, 'files'), 'utf8');
    expect(files).toContain('policy-rc.d');
    expect(files).toContain('octopus-coupons.conf');
    expect(existsSync(join(root, 'usr/sbin/policy-rc.d'))).toBe(false);
    expect(existsSync(join(root, 'etc/postgresql-common'))).toBe(true);
    expect(existsSync(join(root, 'etc/postgresql-common/createcluster.d'))).toBe(false);
  });
});
