import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../run-program.js';

/** The full path of a program in PATH, or undefined. */
export function findInPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/**
 * The folder with PostgreSQL's `initdb` and `postgres`: from PATH, else the newest of Debian's folders.
 * @param version take only this major version (kept data cannot be opened by another one)
 */
export async function findPostgresFolder(
  env: NodeJS.ProcessEnv,
  version?: string,
): Promise<string | undefined> {
  const inPath = (env['PATH'] ?? '').split(':').filter((folder) => folder !== '');
  const debian = subfolders('/usr/lib/postgresql')
    .sort((a, b) => Number(b) - Number(a))
    .map((name) => join('/usr/lib/postgresql', name, 'bin'));
  for (const folder of [...inPath, ...debian]) {
    if (!isExecutable(join(folder, 'initdb')) || !isExecutable(join(folder, 'postgres'))) continue;
    if (version === undefined || (await postgresVersion(folder)) === version) return folder;
  }
  return undefined;
}

/** Redis, or Valkey, which speaks the same protocol and replaces it on some distributions. */
export function findRedis(env: NodeJS.ProcessEnv): string | undefined {
  return (
    findInPath('redis-server', env) ??
    findInPath('valkey-server', env) ??
    ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/usr/bin/valkey-server'].find(isExecutable)
  );
}

/** A `java` of version 17 or newer: from JAVA_HOME, PATH or /usr/lib/jvm. */
export async function findJava(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const home = env['JAVA_HOME'];
  const candidates = [
    home === undefined ? undefined : join(home, 'bin', 'java'),
    findInPath('java', env),
    ...subfolders('/usr/lib/jvm').map((name) => join('/usr/lib/jvm', name, 'bin', 'java')),
  ];
  for (const java of candidates) {
    if (java === undefined || !isExecutable(java)) continue;
    const { stderr } = await runProgram(java, ['-version'], { env, timeoutMs: 10_000 });
    if (javaMajor(stderr) >= 17) return java;
  }
  return undefined;
}

/** Apache Maven, from PATH or where Debian puts it. */
export function findMaven(env: NodeJS.ProcessEnv): string | undefined {
  return findInPath('mvn', env) ?? ['/usr/share/maven/bin/mvn'].find(isExecutable);
}

/** The major version in the output of `java -version`: 17 for "17.0.15", 8 for "1.8.0"; 0 when there is none. */
export function javaMajor(output: string): number {
  const found = /version "(\d+)(?:\.(\d+))?/.exec(output);
  if (found === null) return 0;
  return Number(found[1] === '1' ? found[2] : found[1]);
}

/** The major version of the PostgreSQL in this folder, such as `17`; empty when it does not say. */
export async function postgresVersion(folder: string): Promise<string> {
  const { stdout } = await runProgram(join(folder, 'postgres'), ['--version'], { timeoutMs: 10_000 });
  return /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1] ?? '';
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
