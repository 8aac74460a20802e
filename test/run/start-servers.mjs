import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { serversOfThisRun } from './servers-of-this-run.mjs';

/**
 * Jest's global setup of the tiers that need servers: PostgreSQL, Redis and Kafka for this run, throw-away unless the
 * environment names them. The workers find the addresses in their environment.
 */
export default async function startServers() {
  try {
    await start();
  } catch (error) {
    // Jest prints the error and runs nothing: that, too, is a run with a last line. (It silences stdout before it exits.)
    process.once('exit', () => writeSync(1, '0 passed, 1 failed\n'));
    throw error;
  }
}

async function start() {
  const { findOrStartServers } = await builtServersLibrary();
  const servers = await findOrStartServers({
    env: process.env,
    data: { kind: 'throwaway' },
    mayInstall: true,
    progress: (line) => process.stdout.write(`      ${line}\n`),
  });
  // At most 30 characters: with what is added, a namespace stays within 40 and a database's name within 63.
  const prefix = `${(process.env.NAMESPACE ?? 'octopus').slice(0, 20)}-t${randomBytes(4).toString('hex')}`;
  serversOfThisRun.set({ servers, prefix });
  process.env.OCTOPUS_TEST_POSTGRES_URL = servers.postgresUrl;
  process.env.OCTOPUS_TEST_REDIS_URL = servers.redisUrl;
  process.env.OCTOPUS_TEST_KAFKA_BROKERS = servers.kafkaBrokers.join(',');
  process.env.OCTOPUS_TEST_PREFIX = prefix;
}

async function builtServersLibrary() {
  try {
    return await import('#servers');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(
      'The tests need the built sources: run `npm run build` first (`npm test` does it by itself).',
      {
        cause: error,
      },
    );
  }
}
