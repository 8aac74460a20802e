import { afterEach, describe, expect, it } from '@jest/globals';
import type { EachBatchPayload } from 'kafkajs';
import { createTopics } from '#servers';
import { eventually, testNamespace, testServers, type TestNamespace } from '#testkit';
import { ServiceIdentity } from '../database/service-identity.js';
import { testConfig } from '../http/testing/edge-app.js';
import { Log } from '../logging/log.js';
import { ConsumerSupervisor } from './consumer-supervisor.js';
import { KafkaConnection } from './kafka-connection.js';

const TOPIC = 'platform.user.v1';

describe('ConsumerSupervisor', () => {
  const ends: (() => Promise<void>)[] = [];
  const logged: { level: string; msg: string }[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    logged.length = 0;
  });

  async function namespaceWith(only: (typeof TOPIC)[]): Promise<TestNamespace> {
    const namespace = await testNamespace({ only });
    ends.push(() => namespace.stop());
    return namespace;
  }

  function supervise(env: NodeJS.ProcessEnv, eachBatch: (payload: EachBatchPayload) => Promise<void>) {
    const write = (line: string) => void logged.push(JSON.parse(line) as (typeof logged)[number]);
    const log = new Log({ level: 'info', destination: { write } });
    const connection = new KafkaConnection(testConfig(env), new ServiceIdentity('targeting'), log);
    const supervisor = new ConsumerSupervisor(connection, log, {
      topics: [TOPIC],
      eachBatch,
      concurrency: 2,
    });
    supervisor.start();
    ends.push(() => supervisor.stop());
    return supervisor;
  }

  const offsets: string[] = [];
  const note = async (payload: EachBatchPayload) => {
    for (const { offset } of payload.batch.messages) {
      offsets.push(offset);
      payload.resolveOffset(offset);
    }
  };

  it('waits for missing topics, says which, and starts from their beginning', async () => {
    const namespace = await namespaceWith([]);
    const supervisor = supervise(namespace.env, note);
    await eventually(() =>
      expect(logged).toContainEqual(
        expect.objectContaining({ level: 'warn', topics: [`${namespace.namespace}.${TOPIC}`] }),
      ),
    );
    await expect(supervisor.checkReady()).rejects.toThrow(
      `topics missing on the broker: ${namespace.namespace}.${TOPIC}`,
    );
    await supervisor.checkLive();
    const name = `${namespace.namespace}.${TOPIC}`;
    await createTopics(testServers().kafkaBrokers, [{ name, partitions: 1, compacted: false }]);
    await namespace.produce(TOPIC, { raw: { value: 'before the group existed' } });
    await eventually(() => expect(offsets).toEqual(['0']));
    await supervisor.checkReady();
  });

  it('is alive, not ready, while no broker answers', async () => {
    const supervisor = supervise({ KAFKA_BROKERS: '127.0.0.1:1' }, note);
    await eventually(() => expect(logged.filter(({ level }) => level === 'error').length).toBeGreaterThan(0));
    await expect(supervisor.checkReady()).rejects.toThrow(/not in the consumer group/);
    await supervisor.checkLive();
  });

  it('starts again after a crash, and is not alive any more when it crashes again and again', async () => {
    const namespace = await namespaceWith([TOPIC]);
    const supervisor = supervise(namespace.env, async () => {
      throw new TypeError('a bug past all nets');
    });
    await namespace.produce(TOPIC, { raw: { key: 'k', value: 'x' } });
    await eventually(
      () => expect(supervisor.checkLive()).rejects.toThrow(/crashed 5 times: .*a bug past all nets/),
      {
        timeoutMs: 25_000,
      },
    );
  });

  it('stops while it waits', async () => {
    const supervisor = supervise({ KAFKA_BROKERS: '127.0.0.1:1' }, note);
    const start = performance.now();
    await supervisor.stop();
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
