import { createHash, randomBytes } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerUnavailable } from './servers.js';

/**
 * The folder for everything this clone keeps outside itself: `<tmp>/octopus-coupons-<uid>-<clone>`. It is under the
 * system's temporary folder and open to pass through (0711), because PostgreSQL runs as another user when we are root.
 */
export function cloneDataFolder(): string {
  const clone = createHash('sha256').update(cloneRoot()).digest('hex').slice(0, 8);
  return join(temporaryFolder(), `octopus-coupons-${userInfo().uid}-${clone}`);
}

/** The root of this clone: the nearest folder above with a package.json (dist/ has none). */
export function cloneRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) return realpathSync(process.cwd());
    folder = above;
  }
  return realpathSync(folder);
}

/**
 * Makes a folder that others may pass through but not read, or checks the one that is there.
 * @throws ServerUnavailable when somebody else owns it (the names in a shared temporary folder can be guessed).
 */
export async function openFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const found = await lstat(folder);
  const uid = userInfo().uid;
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid)) {
    throw new ServerUnavailable(
      `${folder} belongs to somebody else; remove it or set TMPDIR to another folder`,
    );
  }
  await chmod(folder, 0o711);
  return folder;
}

/** A new folder for throw-away data; those of processes that have died without removing theirs are removed. */
export async function makeThrowawayFolder(): Promise<string> {
  const parent = await openFolder(cloneDataFolder());
  for (const name of await readdir(parent)) {
    const owner = /^throwaway-(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) await removeFolder(join(parent, name));
  }
  const name = `throwaway-${process.pid}-${randomBytes(4).toString('hex')}`;
  return openFolder(join(parent, name));
}

/** Removes a folder with all that is in it; servers that are just ending may still be writing, so it tries again. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** Does a process with this id exist? (Also true when it is another user's.) */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function temporaryFolder(): string {
  const folder = realpathSync(tmpdir());
  // A private TMPDIR such as /root/tmp would lock the postgres user out.
  const isPrivate = process.getuid?.() === 0 && /^\/root(\/|$)/.test(folder);
  return isPrivate ? '/tmp' : folder;
}
