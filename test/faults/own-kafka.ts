import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOrStartServers, type Servers } from '#servers';

/** A broker that goes away and comes back with what it had, at the same address. */
export interface OwnKafka {
  brokers: string[];
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnKafka(): Promise<OwnKafka> {
  const dir = await mkdtemp(join(tmpdir(), 'octopus-fault-kafka-'));
  const { KAFKA_BROKERS: _given, ...env } = process.env;
  const start = (): Promise<Servers> =>
    findOrStartServers({ env, data: { kind: 'kept', dir }, only: ['kafka'] });
  let servers = await start();
  const brokers = servers.kafkaBrokers;
  return {
    brokers,
    goAway: () => servers.stop(),
    comeBack: async () => {
      servers = await start();
      const [now, before] = [servers.kafkaBrokers.join(), brokers.join()];
      if (now !== before) throw new Error(`Kafka came back at ${now} and not at ${before}`);
    },
    stop: async () => {
      await servers.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
