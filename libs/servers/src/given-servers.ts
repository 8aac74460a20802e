import { probeKafka, probePostgres, probeRedis } from './probes.js';
import {
  type RunningServer,
  type ServerKind,
  ServerUnavailable,
  serverLabel,
  serverVariable,
} from './servers.js';

const PROBE_MS = 3_000;

/**
 * The server that the environment names, or undefined when it names none.
 * @throws ServerUnavailable when it names one that does not answer: what was asked for is never silently replaced.
 */
export async function givenServer(
  kind: ServerKind,
  env: NodeJS.ProcessEnv,
): Promise<RunningServer | undefined> {
  const given = env[serverVariable[kind]]?.trim();
  if (given === undefined || given === '') return undefined;
  try {
    await probeGiven(kind, given);
  } catch (error) {
    throw new ServerUnavailable(
      `${serverLabel[kind]} at ${withoutPassword(given)} does not answer (${reason(error)}): ` +
        `start it, correct ${serverVariable[kind]}, or unset ${serverVariable[kind]} to let one be started for you`,
    );
  }
  return { url: given, origin: 'environment', stop: async () => undefined };
}

/** A comma-separated list as an array, without blanks. */
export function brokerList(brokers: string): string[] {
  return brokers
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '');
}

/** An address as it may be shown: the password replaced by stars. */
export function withoutPassword(address: string): string {
  return address.replace(/(:\/\/[^:@/]*):[^@/]*@/, '$1:***@');
}

async function probeGiven(kind: ServerKind, given: string): Promise<void> {
  if (kind === 'kafka') return probeKafka(brokerList(given), PROBE_MS);
  const protocol = kind === 'postgres' ? /^postgres(ql)?:\/\// : /^rediss?:\/\//;
  if (!protocol.test(given)) throw new Error(`not a ${kind}:// address`);
  return kind === 'postgres' ? probePostgres(given, PROBE_MS) : probeRedis(given, PROBE_MS);
}

function reason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.split('\n')[0] ?? '';
}
