import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { openFolder, removeFolder } from '../data-folder.js';
import { lastLine, runProgram } from '../run-program.js';
import { ServerUnavailable } from '../servers.js';
import { findMaven } from './find-program.js';

/** Kept the same as the image's tag in docker-servers.ts. */
export const KAFKA_VERSION = '4.3.1';
const LOG4J_VERSION = '2.25.2';
export const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/** The folder with Apache Kafka's jars if it has been fetched before, else undefined. */
export function cachedKafkaJars(env: NodeJS.ProcessEnv): string | undefined {
  return cacheFolders(env)
    .map(jarFolder)
    .find((folder) => existsSync(folder));
}

/**
 * The folder with Apache Kafka's jars; the first time they are fetched with Maven (43 MB). They are fetched aside and
 * moved in one step, so that a broken download is never used and two starts at once do no harm.
 */
export async function kafkaJars(
  java: string,
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<string> {
  const cached = cachedKafkaJars(env);
  if (cached !== undefined) return cached;
  const cache = await writableCache(env);
  progress(`Fetching Apache Kafka ${KAFKA_VERSION} with Maven (43 MB, once)`);
  const work = await mkdtemp(join(cache, '.fetching-'));
  try {
    await fetchJars(work, java, env);
    await rename(join(work, 'lib'), jarFolder(cache)).catch((error: unknown) => {
      // Another start was quicker: its jars are as good.
      if (!existsSync(jarFolder(cache))) throw error;
    });
  } finally {
    await removeFolder(work);
  }
  return jarFolder(cache);
}

async function fetchJars(work: string, java: string, env: NodeJS.ProcessEnv): Promise<void> {
  const maven = findMaven(env);
  if (maven === undefined) throw new ServerUnavailable('Missing: Apache Maven (fetches Apache Kafka)');
  await writeFile(join(work, 'pom.xml'), POM);
  const args = ['-q', '-B', `${DEPENDENCY_PLUGIN}:copy-dependencies`, '-DincludeScope=runtime'];
  args.push(`-DoutputDirectory=${join(work, 'lib')}`);
  // Maven keeps its own cache in the account's home folder, whatever HOME says.
  if (!isWritable(userInfo().homedir)) args.push(`-Dmaven.repo.local=${join(work, 'maven')}`);
  const home = dirname(dirname(java));
  const mavenEnv = existsSync(join(home, 'bin', 'java')) ? { ...env, JAVA_HOME: home } : env;
  const run = await runProgram(maven, args, { cwd: work, env: mavenEnv, timeoutMs: 600_000 });
  if (run.ok) return;
  const errors = `${run.stdout}\n${run.stderr}`.split('\n').filter((line) => line.includes('ERROR'));
  throw new ServerUnavailable(
    `Maven could not fetch Apache Kafka ${KAFKA_VERSION}: ${errors[0] ?? lastLine(run.stderr)}; ` +
      `check that Maven reaches its repository, or name running brokers in KAFKA_BROKERS`,
  );
}

function jarFolder(cache: string): string {
  return join(cache, `kafka-${KAFKA_VERSION}`);
}

/** Where the jars may be, best first: the user's cache folder, else one of their own in the temporary folder. */
export function cacheFolders(env: NodeJS.ProcessEnv): string[] {
  const home = env['HOME'];
  const user = env['XDG_CACHE_HOME'] || (home ? join(home, '.cache') : undefined);
  const temporary = join(tmpdir(), `octopus-coupons-cache-${userInfo().uid}`);
  return user === undefined ? [temporary] : [join(user, 'octopus-coupons'), temporary];
}

export async function writableCache(env: NodeJS.ProcessEnv): Promise<string> {
  const folders = cacheFolders(env);
  for (const folder of folders.slice(0, -1)) {
    const made = await mkdir(folder, { recursive: true }).then(
      () => isWritable(folder),
      () => false,
    );
    if (made) return folder;
  }
  return openFolder(folders.at(-1) ?? tmpdir());
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>octopus</groupId>
  <artifactId>kafka-jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>${LOG4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
