import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startChild, lastLogLines } from './child-process.js';
import { makeThrowawayFolder, removeFolder } from './data-folder.js';
import { dockerAnswers } from './docker-servers.js';
import { freePorts } from './free-port.js';
import { untilReady } from './probes.js';
import { findJava, findMaven } from './programs/find-program.js';
import { cacheFolders, DEPENDENCY_PLUGIN, writableCache } from './programs/kafka-jars.js';
import { lastLine, runProgram } from './run-program.js';
import { type ServerOrigin, ServerUnavailable } from './servers.js';

/** Adobe's S3Mock, the last line that runs under Java 17; the same as its Maven artifact and its image. */
const S3MOCK_VERSION = '4.9.1';
const START_MS = 90_000;

/** A server that speaks S3, with an empty bucket, for one test file. */
export interface ObjectStorage {
  endpoint: string;
  bucket: string;
  origin: ServerOrigin;
  stop(): Promise<void>;
}

/**
 * The storage that `S3_ENDPOINT` (with `S3_BUCKET`) names, else S3Mock in a container, else S3Mock as our own child,
 * fetched with Maven the first time. It takes any credentials; those of a given one are the test's affair.
 * @throws ServerUnavailable with one line for a person
 */
export async function findOrStartObjectStorage(env: NodeJS.ProcessEnv): Promise<ObjectStorage> {
  const bucket = env['S3_BUCKET'] || 'images';
  const given = env['S3_ENDPOINT'];
  if (given) return { endpoint: given, bucket, origin: 'environment', stop: async () => undefined };
  if (await dockerAnswers(env)) {
    // An engine without access to the image is as good as none.
    const container = await startContainer(bucket).catch(() => undefined);
    if (container !== undefined) return container;
  }
  return startProgram(bucket, env);
}

async function startContainer(bucket: string): Promise<ObjectStorage> {
  const { GenericContainer } = await import('testcontainers');
  const started = await new GenericContainer(`adobe/s3mock:${S3MOCK_VERSION}`)
    .withEnvironment({ COM_ADOBE_TESTING_S3MOCK_STORE_INITIAL_BUCKETS: bucket })
    .withExposedPorts(9090)
    .start();
  const endpoint = `http://${started.getHost()}:${started.getMappedPort(9090)}`;
  const stop = async (): Promise<void> => void (await started.stop());
  if (await answers(endpoint, () => false)) return { endpoint, bucket, origin: 'docker', stop };
  await stop();
  throw new Error('it does not answer');
}

async function startProgram(bucket: string, env: NodeJS.ProcessEnv): Promise<ObjectStorage> {
  const java = await findJava(env);
  if (java === undefined) throw new ServerUnavailable('Missing: Java 17 or newer (for S3Mock)');
  const jar = await s3MockJar(java, env);
  const folder = await makeThrowawayFolder();
  const [port = 0] = await freePorts(1);
  const settings = {
    'server.port': 0,
    'com.adobe.testing.s3mock.httpPort': port,
    'com.adobe.testing.s3mock.store.root': join(folder, 'objects'),
    'com.adobe.testing.s3mock.store.initialBuckets': bucket,
  };
  await mkdir(join(folder, 'objects'));
  const heap = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const child = await startChild({
    command: java,
    args: [...heap, '-jar', jar, ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`)],
    cwd: folder,
    env,
    logFile: join(folder, 's3mock.log'),
    deathSignal: 'KILL',
  });
  const stop = async (): Promise<void> => {
    await child.stop('SIGKILL', 5_000);
    await removeFolder(folder);
  };
  const endpoint = `http://127.0.0.1:${port}`;
  if (await answers(endpoint, () => child.hasExited())) return { endpoint, bucket, origin: 'program', stop };
  const said = lastLogLines(child.logFile, 1)[0] ?? 'nothing in its log';
  await stop();
  throw new ServerUnavailable(`S3Mock did not start: ${said}`);
}

function answers(endpoint: string, isHopeless: () => boolean): Promise<boolean> {
  const probe = async (): Promise<void> => {
    const answer = await fetch(endpoint, { signal: AbortSignal.timeout(3_000) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
  };
  return untilReady(probe, { timeoutMs: START_MS, everyMs: 100, isHopeless });
}

/** Fetched aside and moved in one step, so that a broken download is never used. */
async function s3MockJar(java: string, env: NodeJS.ProcessEnv): Promise<string> {
  const name = `s3mock-${S3MOCK_VERSION}-exec.jar`;
  const cached = cacheFolders(env).map((folder) => join(folder, name));
  const found = cached.find((file) => existsSync(file));
  if (found !== undefined) return found;
  const maven = findMaven(env);
  if (maven === undefined) throw new ServerUnavailable('Missing: Apache Maven (fetches S3Mock)');
  const cache = await writableCache(env);
  const work = await mkdtemp(join(cache, '.fetching-'));
  try {
    const artifact = `com.adobe.testing:s3mock:${S3MOCK_VERSION}:jar:exec`;
    const args = ['-q', '-B', `${DEPENDENCY_PLUGIN}:copy`, `-Dartifact=${artifact}`];
    const home = dirname(dirname(java));
    const mavenEnv = existsSync(join(home, 'bin', 'java')) ? { ...env, JAVA_HOME: home } : env;
    const run = await runProgram(maven, [...args, `-DoutputDirectory=${work}`], {
      cwd: work,
      env: mavenEnv,
      timeoutMs: 300_000,
    });
    if (!run.ok)
      throw new ServerUnavailable(`Maven could not fetch S3Mock ${S3MOCK_VERSION}: ${lastLine(run.stdout)}`);
    await rename(join(work, name), join(cache, name));
  } finally {
    await removeFolder(work);
  }
  return join(cache, name);
}
