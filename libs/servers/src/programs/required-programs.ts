import { type ServerKind, ServerUnavailable, serverVariable } from '../servers.js';
import { findJava, findMaven, findPostgresFolder, findRedis } from './find-program.js';
import { installPackages } from './install-packages.js';
import { cachedKafkaJars } from './kafka-jars.js';

/** One program that a server needs, and the Debian or Ubuntu package that has it. */
interface Requirement {
  kind: ServerKind;
  what: string;
  aptPackage: string;
  isThere(env: NodeJS.ProcessEnv): Promise<boolean>;
}

const requirements: readonly Requirement[] = [
  {
    kind: 'postgres',
    what: 'PostgreSQL (initdb, postgres)',
    aptPackage: 'postgresql',
    isThere: async (env) => (await findPostgresFolder(env)) !== undefined,
  },
  {
    kind: 'redis',
    what: 'Redis (redis-server)',
    aptPackage: 'redis-server',
    isThere: async (env) => findRedis(env) !== undefined,
  },
  {
    kind: 'kafka',
    what: 'Java 17 or newer (for Apache Kafka)',
    aptPackage: 'openjdk-17-jre-headless|default-jre-headless',
    isThere: async (env) => (await findJava(env)) !== undefined,
  },
  {
    kind: 'kafka',
    what: 'Apache Maven (fetches Apache Kafka)',
    aptPackage: 'maven',
    isThere: async (env) => cachedKafkaJars(env) !== undefined || findMaven(env) !== undefined,
  },
];

/**
 * Makes sure that every program these servers need is on the machine, installing all missing packages in one go.
 * @throws ServerUnavailable naming everything that is missing and how to get it
 */
export async function requirePrograms(
  kinds: ServerKind[],
  {
    env,
    mayInstall,
    progress,
  }: { env: NodeJS.ProcessEnv; mayInstall: boolean; progress: (line: string) => void },
): Promise<void> {
  let missing = await missingPrograms(kinds, env);
  if (missing.length === 0) return;
  let whyNot: string | undefined;
  if (mayInstall) {
    whyNot = await installPackages(
      missing.map(({ aptPackage }) => aptPackage),
      env,
      progress,
    );
    missing = await missingPrograms(kinds, env);
  }
  if (missing.length > 0) throw new ServerUnavailable(missingMessage(missing, whyNot));
}

async function missingPrograms(kinds: ServerKind[], env: NodeJS.ProcessEnv): Promise<Requirement[]> {
  const needed = requirements.filter(({ kind }) => kinds.includes(kind));
  const there = await Promise.all(needed.map((requirement) => requirement.isThere(env)));
  return needed.filter((_, index) => there[index] === false);
}

function packageNames(missing: Requirement[]): string {
  return missing.map(({ aptPackage }) => aptPackage.split('|')[0]).join(' ');
}

function missingMessage(missing: Requirement[], whyNot: string | undefined): string {
  const what = missing.map((requirement) => requirement.what).join(', ');
  const variables = [...new Set(missing.map(({ kind }) => serverVariable[kind]))].join(', ');
  const because = whyNot === undefined ? '' : ` (${whyNot})`;
  return (
    `Missing: ${what}${because}. Install it (Debian, Ubuntu: sudo apt-get install ${packageNames(missing)}), ` +
    `start a Docker engine, or name running servers in ${variables}`
  );
}
