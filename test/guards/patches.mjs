import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

const folder = join(import.meta.dirname, 'patches');

/**
 * The patches in order of their names. Each begins with lines `# guard:`, `# test:` (a file) and, optionally, `# name:`
 * (of the test, a part of it) and `# build:` (projects to build before the test, for tests on processes).
 */
export async function readPatches() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.patch')).sort();
  return Promise.all(names.map(readPatch));
}

async function readPatch(name) {
  const path = join(folder, name);
  const text = await readFile(path, 'utf8');
  const header = Object.fromEntries(
    [...text.matchAll(/^# (\w+): (.*)$/gm)].map(([, key, value]) => [key, value]),
  );
  for (const key of ['guard', 'test'])
    if (!header[key]) throw new Error(`${name}: a line "# ${key}: …" is missing`);
  const touched = [...text.matchAll(/^\+\+\+ b\/(.*)$/gm)].map(([, file]) => file);
  if (touched.length === 0) throw new Error(`${name}: changes no file`);
  return {
    file: name.replace(/\.patch$/, ''),
    path,
    touched,
    guard: header.guard,
    test: header.test,
    name: header.name ?? '',
    build: header.build?.split(' ') ?? [],
    env: header.env === undefined ? {} : Object.fromEntries([header.env.split('=')]),
  };
}

/** Applies it to a tree, or only says whether it would. */
export function applyPatch(tree, { path }, { only = 'apply' } = {}) {
  // Few lines of context have to match: neighbours may change.
  const args = ['apply', ...(only === 'check' ? ['--check'] : []), '-C1', '--recount', path];
  const run = spawnSync('git', args, { cwd: tree, encoding: 'utf8' });
  if (run.status === 0) return { ok: true };
  return { ok: false, why: (run.stderr || String(run.error)).trim().split('\n')[0] };
}

/** Why it could not be proven whatever the test says; undefined: it applies, and its test is there. */
export async function whatIsStale(tree, patch) {
  const applied = applyPatch(tree, patch, { only: 'check' });
  if (!applied.ok) return `the patch no longer applies: ${applied.why}`;
  const test = join(tree, patch.test);
  if (!existsSync(test)) return `${patch.test} is not there`;
  if (!(await readFile(test, 'utf8')).includes(patch.name)) return `no test there is named "${patch.name}"`;
  return undefined;
}
