import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, removeFolder } from '../data-folder.js';
import { probePostgres, untilReady } from '../probes.js';
import { lastLine, runProgram } from '../run-program.js';
import { type RunningServer, ServerUnavailable } from '../servers.js';
import { findPostgresFolder } from './find-program.js';
import { type ProgramData, readIfThere, writeWhole } from './program-data.js';
import { startProgram } from './start-program.js';

type User = { uid: number; gid: number };

/** Starts PostgreSQL from the machine's programs on a free loopback port. */
export async function startPostgresProgram(
  data: ProgramData,
  env: NodeJS.ProcessEnv,
): Promise<RunningServer> {
  const user = await unprivilegedUser();
  const cluster = join(data.folder, 'data');
  const programs = await matchingPrograms(cluster, env);
  const password = await superuserPassword(data.folder);
  await initialise({ cluster, programs, password, user, data });
  await clearStaleLock(cluster);
  return startProgram({
    kind: 'postgres',
    data,
    portCount: 1,
    prepare: async ([port]) => ({
      command: join(programs, 'postgres'),
      args: ['-D', cluster, '-p', String(port), ...settings(data.kept)],
      cwd: cluster,
      env: serverEnv(env),
      deathSignal: 'QUIT',
      ...(user === undefined ? {} : { user }),
    }),
    address: ([port]) => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    probe: (url) => probePostgres(url, 1_000),
    // Throw-away data needs no final checkpoint.
    stop: data.kept ? { signal: 'SIGINT', graceMs: 15_000 } : { signal: 'SIGQUIT', graceMs: 6_000 },
  });
}

function settings(kept: boolean): string[] {
  const durability = kept
    ? // What a small server has: with less, the bench measures a cache that is too small.
      { fsync: 'on', full_page_writes: 'on', shared_buffers: '256MB', max_wal_size: '1GB' }
    : {
        shared_buffers: '64MB',
        max_wal_size: '512MB',
        fsync: 'off',
        full_page_writes: 'off',
        wal_level: 'minimal',
        max_wal_senders: '0',
        autovacuum_naptime: '10min',
      };
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    synchronous_commit: 'on',
    max_connections: '200',
    min_wal_size: '64MB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    logging_collector: 'off',
    ...durability,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** PostgreSQL refuses to run as root, so root lends it to `postgres`, or `nobody` where that account is missing. */
async function unprivilegedUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const account = ['postgres', 'nobody']
    .map((name) => accounts.find(([given]) => given === name))
    .find(Boolean);
  if (account === undefined) {
    throw new ServerUnavailable(
      'PostgreSQL refuses root and there is no user postgres; add one with useradd postgres',
    );
  }
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

async function matchingPrograms(cluster: string, env: NodeJS.ProcessEnv): Promise<string> {
  const version = (await readIfThere(join(cluster, 'PG_VERSION')))?.trim();
  const folder = await findPostgresFolder(env, version);
  if (folder !== undefined) return folder;
  const mend = 'install that version, or remove the kept data with npm run stack:reset';
  throw new ServerUnavailable(`${cluster} needs PostgreSQL ${version ?? ''}, which is not here: ${mend}`);
}

async function superuserPassword(folder: string): Promise<string> {
  const file = join(folder, 'password');
  const known = (await readIfThere(file))?.trim();
  if (known) return known;
  const password = randomBytes(18).toString('base64url');
  await writeWhole(file, password, 0o600);
  return password;
}

/** Makes the cluster aside and moves it, so that one whose making was interrupted is never used. */
async function initialise(options: {
  cluster: string;
  programs: string;
  password: string;
  user: User | undefined;
  data: ProgramData;
}): Promise<void> {
  const { cluster, programs, password, user, data } = options;
  if ((await readIfThere(join(cluster, 'PG_VERSION'))) !== undefined) return;
  const unfinished = `${cluster}.new`;
  const passwordFile = join(data.folder, 'initdb-password');
  await removeFolder(unfinished);
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user !== undefined)
    for (const path of [unfinished, passwordFile]) await chown(path, user.uid, user.gid);
  const args = ['-D', unfinished, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  args.push(
    '--encoding=UTF8',
    `--locale=${process.platform === 'linux' ? 'C.UTF-8' : 'C'}`,
    '--no-instructions',
  );
  if (!data.kept) args.push('--no-sync');
  const run = await runProgram(join(programs, 'initdb'), args, {
    cwd: unfinished,
    env: serverEnv(process.env),
    ...(user === undefined ? {} : { user }),
  });
  await rm(passwordFile, { force: true });
  if (!run.ok)
    throw new ServerUnavailable(`PostgreSQL's initdb failed: ${lastLine(run.stderr)} (${unfinished})`);
  await rename(unfinished, cluster);
}

/** libpq's variables (PGDATA, PGPORT …) of the person who starts us must not reach our own server. */
function serverEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * After a `kill -9` the old server may need a moment to end; and where its process id has since been given to another
 * program, PostgreSQL would take that one for the old server and refuse to start.
 */
async function clearStaleLock(cluster: string): Promise<void> {
  const lock = join(cluster, 'postmaster.pid');
  const pid = Number((await readIfThere(lock))?.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  const hasEnded = async (): Promise<void> => {
    if (isAlive(pid) && (await workingFolder(pid)) === cluster) throw new Error('still running');
  };
  const ended = await untilReady(hasEnded, { timeoutMs: 8_000, everyMs: 100, isHopeless: () => false });
  if (!ended)
    throw new ServerUnavailable(`PostgreSQL already runs on ${cluster} (process ${pid}): stop it first`);
  await rm(lock, { force: true });
}

async function workingFolder(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
}
