import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GeneratedFile } from './generated-file.js';

export interface Generated {
  readonly files: readonly GeneratedFile[];
  /** Folders that hold nothing but generated files: what is in there and not in `files` goes. */
  readonly folders: readonly string[];
}

/**
 * Makes the repository hold the generated files and no stale ones.
 * @returns the paths that were (or, with `dryRun`, would be) written or removed
 */
export function writeChanged(root: string, generated: Generated, options: { dryRun: boolean }): string[] {
  const stale = generated.folders
    .flatMap((folder) => filesIn(root, folder))
    .filter((path) => !generated.files.some((file) => file.path === path));
  const changed = generated.files.filter(({ path, content }) => readIfThere(join(root, path)) !== content);
  if (!options.dryRun) {
    for (const path of stale) rmSync(join(root, path));
    for (const { path, content } of changed) write(join(root, path), content);
  }
  return [...stale, ...changed.map(({ path }) => path)];
}

function filesIn(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
