import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloneDataFolder, openFolder } from '#servers';

/** Where a stack keeps what outlives a process. */
export interface StackFolder {
  root: string;
  /** Data of the servers that we start. */
  servers: string;
  /** Images of coupons. */
  images: string;
  /** One log per child. */
  logs: string;
}

/** The folders of this clone's stack, in the system's temporary folder; not made yet. */
export function stackFolder(): StackFolder {
  return below(join(cloneDataFolder(), 'stack'));
}

/** The folders of a stack that is to leave nothing behind; the process id keeps several apart. */
export function throwawayStackFolder(): StackFolder {
  return below(join(cloneDataFolder(), `throwaway-${process.pid}-stack`));
}

/** Makes the folders; the servers' own is made by the servers. */
export async function makeStackFolder(folder: StackFolder): Promise<void> {
  await openFolder(cloneDataFolder());
  await openFolder(folder.root);
  await mkdir(folder.logs, { recursive: true, mode: 0o700 });
}

function below(root: string): StackFolder {
  return { root, servers: join(root, 'servers'), images: join(root, 'images'), logs: join(root, 'logs') };
}

/** For messages: a path as short as it can be. */
export function shownPath(path: string): string {
  return path.startsWith(tmpdir()) ? path : path.replace(process.env['HOME'] ?? '\0', '~');
}
