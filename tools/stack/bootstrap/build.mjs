import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLogged } from './logged.mjs';
import { pinnedNode } from './node-version.mjs';
import { root } from './root.mjs';

const stamp = join(root, 'dist/.built-from');
const settings = ['nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', '.swcrc', 'package-lock.json'];
const rooms = ['apps', 'bench', 'libs', 'services', 'tools'];
/** What nest compiles or copies. */
const isSource = (name) => /\.(ts|lua|sql)$/.test(name) && !name.endsWith('.spec.ts');

/** @param asItIs a built file that is good enough for this command, however old */
export function needsBuild(asItIs) {
  if (asItIs !== undefined && existsSync(join(root, asItIs))) return false;
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== sourcesFingerprint();
}

/** Builds over what is there and deletes nothing: a system that runs from dist/ goes on running. */
export async function build() {
  const before = sourcesFingerprint();
  await runLogged('build', pinnedNode(), ['node_modules/@nestjs/cli/bin/nest.js', 'build', '--all'], {
    line: 'Building …',
  });
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, before);
}

/** Changes when a source is added, removed or saved. */
function sourcesFingerprint() {
  const hash = createHash('sha256');
  for (const file of [...settings, ...rooms.flatMap((room) => sourcesBelow(room))]) {
    const { size, mtimeMs } = statSync(join(root, file), { throwIfNoEntry: false }) ?? {
      size: 0,
      mtimeMs: 0,
    };
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function sourcesBelow(folder) {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourcesBelow(path);
      return isSource(entry.name) ? [path] : [];
    });
}
