import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { createClient } from 'redis';

/** Fails unless PostgreSQL lets us in and answers a query within the time. */
export async function probePostgres(url: string, timeoutMs: number): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Fails unless Redis lets us in and answers a PING within the time. */
export async function probeRedis(url: string, timeoutMs: number): Promise<void> {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: timeoutMs },
    socket: { connectTimeout: timeoutMs, reconnectStrategy: false },
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.destroy();
  }
}

/** Fails unless a broker of the list answers for its cluster within the time. */
export async function probeKafka(brokers: string[], timeoutMs: number): Promise<void> {
  const admin = new Kafka({
    brokers,
    clientId: 'octopus-probe',
    logLevel: logLevel.NOTHING,
    connectionTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** Asks again until the probe succeeds; gives up after the time or as soon as `isHopeless` says so. */
export async function untilReady(
  probe: () => Promise<void>,
  { timeoutMs, everyMs, isHopeless }: { timeoutMs: number; everyMs: number; isHopeless: () => boolean },
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end && !isHopeless()) {
    try {
      await probe();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }
  return false;
}
