import { spawnSync } from 'node:child_process';
import { cp, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { applyPatch } from './patches.mjs';

const root = join(import.meta.dirname, '../..');
const leftOut = new Set(['node_modules', '.git', '.stack', 'coverage']);

/** A copy to break things in; the packages are shared. */
export async function copyTree(folder) {
  await cp(root, folder, { recursive: true, filter: (path) => !leftOut.has(relative(root, path)) });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    apply: (patch) => {
      const applied = applyPatch(folder, patch);
      if (!applied.ok) return { ok: false, why: `the patch no longer applies: ${applied.why}` };
      return buildAll(folder, patch.build);
    },
    restore: async ({ touched, build }) => {
      for (const file of touched) await cp(join(root, file), join(folder, file));
      buildAll(folder, build);
    },
  };
}

function buildAll(folder, projects) {
  for (const project of projects) {
    const nest = [join(root, 'node_modules/.bin/nest'), ['build', project]];
    const run = spawnSync(...nest, { cwd: folder, encoding: 'utf8' });
    if (run.status !== 0) return { ok: false, why: `${project} does not build: ${run.stdout}` };
  }
  return { ok: true };
}
