import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { makeThrowawayFolder, openFolder, removeFolder } from './data-folder.js';
import { dockerAnswers, removeDockerVolumes, startDockerServer } from './docker-servers.js';
import { brokerList, givenServer, withoutPassword } from './given-servers.js';
import { startKafkaProgram } from './programs/kafka-program.js';
import { startPostgresProgram } from './programs/postgres-program.js';
import { programData } from './programs/program-data.js';
import { startRedisProgram } from './programs/redis-program.js';
import { requirePrograms } from './programs/required-programs.js';
import {
  type FindServersOptions,
  type RunningServer,
  type ServerKind,
  type ServerOrigin,
  type Servers,
  serverLabel,
} from './servers.js';

const kinds: readonly ServerKind[] = ['postgres', 'redis', 'kafka'];
type Found = Map<ServerKind, RunningServer>;

/**
 * Finds or starts PostgreSQL, Redis and Apache Kafka, each in this order: named by the environment, a Docker engine
 * that answers, programs on the machine as our own children. What is started listens on free loopback ports, needs a
 * random password (Kafka excepted) and ends with this process, whatever ends it.
 * @throws ServerUnavailable with one line for a person; what was started until then has been stopped
 */
export async function findOrStartServers(options: FindServersOptions): Promise<Servers> {
  const wanted = kinds.filter((kind) => options.only?.includes(kind) ?? true);
  const progress = options.progress ?? ((): void => undefined);
  const found = await givenServers(wanted, options.env, progress);
  const toStart = wanted.filter((kind) => !found.has(kind));
  if (toStart.length === 0) return asServers(found, undefined);
  const kept = options.data.kind === 'kept';
  const folder =
    options.data.kind === 'kept' ? await openFolder(options.data.dir) : await makeThrowawayFolder();
  const throwaway = kept ? undefined : folder;
  try {
    if (await dockerAnswers(options.env)) await startContainers(toStart, { folder, kept, found, progress });
    const programs = toStart.filter((kind) => !found.has(kind));
    if (programs.length > 0) {
      await requirePrograms(programs, {
        env: options.env,
        mayInstall: options.mayInstall ?? false,
        progress,
      });
      const start = (kind: ServerKind): Promise<RunningServer> =>
        startProgramServer(kind, { folder, kept, env: options.env, progress });
      await startAll(programs, { start, found, progress });
    }
    return asServers(found, throwaway);
  } catch (error) {
    await asServers(found, throwaway).stop();
    throw error;
  }
}

/** Removes everything that servers with kept data left under `dir`; they must have been stopped. */
export async function removeKeptServers(dir: string, env: NodeJS.ProcessEnv): Promise<void> {
  await removeDockerVolumes(volumeName(dir), env);
  await removeFolder(dir);
}

async function givenServers(
  wanted: ServerKind[],
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<Found> {
  const given = await Promise.all(wanted.map((kind) => givenServer(kind, env)));
  const found: Found = new Map();
  wanted.forEach((kind, index) => {
    const server = given[index];
    if (server === undefined) return;
    found.set(kind, server);
    progress(`${serverLabel[kind]} given by the environment: ${withoutPassword(server.url)}`);
  });
  return found;
}

async function startContainers(
  wanted: ServerKind[],
  place: { folder: string; kept: boolean; found: Found; progress: (line: string) => void },
): Promise<void> {
  const kept = place.kept ? { dir: place.folder, volume: volumeName(place.folder) } : undefined;
  try {
    await startAll(wanted, { ...place, start: (kind) => startDockerServer(kind, kept) });
  } catch (error) {
    // An engine without access to the images is as good as none: the machine's programs come next.
    place.progress(
      `${error instanceof Error ? error.message : String(error)}; trying the machine's own programs`,
    );
  }
}

/** Starts several servers at once, notes each that runs in `found`, and fails with the first failure of all. */
async function startAll(
  wanted: ServerKind[],
  job: {
    start: (kind: ServerKind) => Promise<RunningServer>;
    found: Found;
    progress: (line: string) => void;
  },
): Promise<void> {
  const outcomes = await Promise.allSettled(
    wanted.map(async (kind) => {
      const server = await job.start(kind);
      job.found.set(kind, server);
      job.progress(`${serverLabel[kind]} started (${server.origin}): ${withoutPassword(server.url)}`);
    }),
  );
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

async function startProgramServer(
  kind: ServerKind,
  options: { folder: string; kept: boolean; env: NodeJS.ProcessEnv; progress: (line: string) => void },
): Promise<RunningServer> {
  const data = await programData(options.folder, kind, options.kept);
  if (kind === 'postgres') return startPostgresProgram(data, options.env);
  if (kind === 'redis') return startRedisProgram(data, options.env);
  return startKafkaProgram(data, options.env, options.progress);
}

function asServers(found: Found, throwaway: string | undefined): Servers {
  const origin = (kind: ServerKind): ServerOrigin => found.get(kind)?.origin ?? 'environment';
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await Promise.allSettled([...found.values()].map((server) => server.stop()));
    if (throwaway !== undefined) await removeFolder(throwaway);
  };
  return {
    postgresUrl: found.get('postgres')?.url ?? '',
    redisUrl: found.get('redis')?.url ?? '',
    kafkaBrokers: brokerList(found.get('kafka')?.url ?? ''),
    origin: { postgres: origin('postgres'), redis: origin('redis'), kafka: origin('kafka') },
    pids: kinds.flatMap((kind) => found.get(kind)?.pid ?? []),
    stop: () => (stopped ??= stop()),
  };
}

function volumeName(dir: string): string {
  return `octopus-coupons-${createHash('sha256').update(join(dir)).digest('hex').slice(0, 8)}`;
}
