import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

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
