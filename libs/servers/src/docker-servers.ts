import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePorts } from './free-port.js';
import { probeKafka, probePostgres, probeRedis, untilReady } from './probes.js';
import { KAFKA_VERSION } from './programs/kafka-jars.js';
import { singleNodeSettings } from './programs/kafka-properties.js';
import { readIfThere, writeWhole } from './programs/program-data.js';
import { runProgram } from './run-program.js';
import { type RunningServer, type ServerKind, ServerUnavailable, serverLabel } from './servers.js';

const images: Record<ServerKind, string> = {
  postgres: 'postgres:17-alpine',
  redis: 'redis:7.4-alpine',
  kafka: `apache/kafka:${KAFKA_VERSION}`,
};
const READY_MS = 120_000;

/** Does a Docker engine answer? A client may well be installed where no engine runs. */
export async function dockerAnswers(env: NodeJS.ProcessEnv): Promise<boolean> {
  const run = await runProgram('docker', ['info', '--format', '{{.ServerVersion}}'], {
    env,
    timeoutMs: 5_000,
  });
  return run.ok && run.stdout.trim() !== '';
}

/** What a container needs that differs from server to server. */
interface ContainerPlan {
  port: number;
  environment: Record<string, string>;
  command: string[];
  /** The folder that a named volume holds between starts. */
  dataFolder?: string;
  address(host: string, port: number): string;
  probe(address: string): Promise<void>;
}

/**
 * Starts one server as a container through testcontainers, whose reaper removes it should we die.
 * @param kept names the volumes and remembers the password under `dir`; left out for throw-away data
 * @throws ServerUnavailable when the engine cannot pull or start it
 */
export async function startDockerServer(
  kind: ServerKind,
  kept: { dir: string; volume: string } | undefined,
): Promise<RunningServer> {
  try {
    const { GenericContainer, getContainerRuntimeClient } = await import('testcontainers');
    const host = (await getContainerRuntimeClient()).info.containerRuntime.host;
    const [hostPort = 0] = await freePorts(1);
    const plan = await planOf(kind, { host, hostPort, kept });
    let container = new GenericContainer(images[kind])
      .withEnvironment(plan.environment)
      .withExposedPorts({ container: plan.port, host: hostPort });
    if (plan.command.length > 0) container = container.withCommand(plan.command);
    if (kept !== undefined && plan.dataFolder !== undefined) {
      const source = `${kept.volume}-${kind}`;
      container = container.withBindMounts([{ source, target: plan.dataFolder, mode: 'rw' }]);
    }
    const started = await container.withStartupTimeout(READY_MS).start();
    const url = plan.address(host, hostPort);
    const ready = await untilReady(() => plan.probe(url), {
      timeoutMs: READY_MS,
      everyMs: 200,
      isHopeless: () => false,
    });
    const stop = async (): Promise<void> => void (await started.stop());
    if (ready) return { url, origin: 'docker', stop };
    await stop();
    throw new Error('it does not answer');
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    throw new ServerUnavailable(`${serverLabel[kind]} did not start in Docker (${images[kind]}): ${reason}`);
  }
}

/** Removes the named volumes of kept data; without an engine there is nothing to remove. */
export async function removeDockerVolumes(volume: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (!(await dockerAnswers(env))) return;
  const names = Object.keys(images).map((kind) => `${volume}-${kind}`);
  await runProgram('docker', ['volume', 'rm', '--force', ...names], { env, timeoutMs: 30_000 });
}

async function planOf(
  kind: ServerKind,
  place: { host: string; hostPort: number; kept: { dir: string } | undefined },
): Promise<ContainerPlan> {
  if (kind === 'kafka') return kafkaPlan(place.host, place.hostPort);
  const password = await containerPassword(kind, place.kept?.dir);
  return kind === 'postgres' ? postgresPlan(password, place.kept !== undefined) : redisPlan(password);
}

function postgresPlan(password: string, kept: boolean): ContainerPlan {
  const durability = kept ? [] : ['-c', 'fsync=off', '-c', 'full_page_writes=off'];
  return {
    port: 5432,
    environment: { POSTGRES_PASSWORD: password },
    command: [
      'postgres',
      '-c',
      'max_connections=200',
      '-c',
      `shared_buffers=${kept ? 256 : 64}MB`,
      '-c',
      'jit=off',
      ...durability,
    ],
    dataFolder: '/var/lib/postgresql/data',
    address: (host, port) => `postgres://postgres:${password}@${host}:${port}/postgres`,
    probe: (address) => probePostgres(address, 2_000),
  };
}

function redisPlan(password: string): ContainerPlan {
  return {
    port: 6379,
    environment: {},
    command: ['redis-server', '--requirepass', password, '--save', '', '--appendonly', 'no'],
    address: (host, port) => `redis://:${password}@${host}:${port}`,
    probe: (address) => probeRedis(address, 2_000),
  };
}

function kafkaPlan(host: string, hostPort: number): ContainerPlan {
  const settings: Record<string, string> = {
    ...singleNodeSettings,
    listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
    'advertised.listeners': `PLAINTEXT://${host}:${hostPort}`,
    'controller.quorum.voters': '1@localhost:9093',
    'log.dirs': '/var/lib/kafka/data',
  };
  // The image turns each KAFKA_A_B variable into the setting a.b.
  const environment: Record<string, string> = { KAFKA_HEAP_OPTS: '-Xms96m -Xmx384m' };
  for (const [name, value] of Object.entries(settings)) {
    environment[`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`] = value;
  }
  return {
    port: 9092,
    environment,
    command: [],
    dataFolder: '/var/lib/kafka/data',
    address: (address, port) => `${address}:${port}`,
    probe: (address) => probeKafka([address], 5_000),
  };
}

/** A volume keeps the password it was made with, so kept data remembers it. */
async function containerPassword(kind: ServerKind, dir: string | undefined): Promise<string> {
  const file = dir === undefined ? undefined : join(dir, `docker-${kind}-password`);
  const known = file === undefined ? undefined : await readIfThere(file);
  if (known) return known;
  const password = randomBytes(18).toString('base64url');
  if (file !== undefined) await writeWhole(file, password, 0o600);
  return password;
}
