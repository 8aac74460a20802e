import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import type { CouponSnapshot } from '#contracts';
import {
  aCoupon,
  aFollow,
  couponFact,
  eventually,
  followFact,
  newId,
  type RawRecord,
  recordOf,
} from '#testkit';
import { FACT_LIMIT_MS, type Trial } from '../arena.js';
import { ProvesNothing } from '../proves-nothing.js';
import { disturbed, type Row } from '../row.js';

const LAST_REVISION = 4;

export const kafkaRows: readonly Row[] = [
  {
    id: 'kafka-restarts',
    run: disturbed((trial) => [[trial.random.between(20, 120), () => away(trial, 0)]]),
  },
  {
    // Redemptions go on; what they have to tell waits in the outbox.
    id: 'kafka-down',
    run: disturbed((trial) => [[trial.random.between(20, 120), () => away(trial, 60_000)]]),
  },
  {
    id: 'facts-thrice-and-shuffled',
    run: async (trial) => {
      await trial.arena.processes.have(2);
      await sendAll(trial, thriceAndShuffled(trial, someFacts(trial)));
      await untilNewest(trial);
    },
  },
  {
    id: 'facts-while-a-process-dies-in-its-handler',
    run: (trial) =>
      underConsumers(trial, { OCTOPUS_FAILPOINTS: 'consumer.before-commit=exit' }, { dies: true }),
  },
  {
    id: 'facts-while-a-process-dies-before-its-offset',
    run: (trial) =>
      underConsumers(trial, { OCTOPUS_FAILPOINTS: 'consumer.before-offset=exit' }, { dies: true }),
  },
  {
    // A third process comes and goes meanwhile, so partitions change hands while facts are in hand.
    id: 'facts-under-rebalances-and-slow-handlers',
    run: (trial) =>
      underConsumers(trial, { OCTOPUS_FAILPOINTS: 'consumer.before-commit=delay:700' }, { rebalances: true }),
  },
  {
    id: 'poison-between-facts',
    run: async (trial) => {
      await trial.arena.processes.have(2);
      const good = thriceAndShuffled(trial, someFacts(trial));
      const before = await deadLetters(trial);
      const { bad, tombstone } = poison(trial);
      await sendAll(trial, trial.random.shuffled([...good, ...bad, tombstone]));
      await untilNewest(trial);
      await eventually(
        async () => {
          const buried = (await deadLetters(trial)) - before;
          if (buried !== bad.length) throw new Error(`${buried} of ${bad.length} bad records were put aside`);
        },
        { timeoutMs: FACT_LIMIT_MS },
      );
    },
  },
  {
    id: 'topics-replayed-from-0',
    run: async (trial) => {
      const { processes, namespace } = trial.arena;
      await processes.have(2);
      await sendAll(trial, someFacts(trial));
      await untilNewest(trial);
      const before = await everything(trial);
      await processes.stopAll();
      trial.note('all offsets go back to 0');
      await backToZero(namespace.kafkaBrokers, namespace.namespace);
      await processes.have(2);
      await untilRead(namespace.kafkaBrokers, namespace.namespace);
      const after = await everything(trial);
      if (after !== before) throw new Error(`a replay changed something:\n${before}\n${after}`);
    },
  },
];

async function away(trial: Trial, ms: number): Promise<void> {
  trial.note('Kafka goes away');
  await trial.arena.kafka.goAway();
  await sleep(ms);
  await trial.arena.kafka.comeBack();
  trial.note('Kafka is back');
}

type Sendable = () => Promise<unknown>;

/** Follows and versions of coupons, each of which changes a few times. */
function someFacts(trial: Trial): Sendable[] {
  const { namespace } = trial.arena;
  const coupons = Array.from({ length: 6 }, () => aCoupon({ channelId: trial.channelId }));
  const users = Array.from({ length: 30 }, () => newId());
  return [1, 2, 3, LAST_REVISION].flatMap((revision) => [
    ...users.map((userId) => {
      const changedAt = new Date().toISOString();
      const follow = { channelId: trial.channelId, userId, following: revision === LAST_REVISION, changedAt };
      const fact = { ...followFact(trial.tenantId, follow, revision), id: newId() };
      return () => namespace.produce('platform.follow.v1', fact);
    }),
    ...coupons.map((coupon) => {
      const snapshot: CouponSnapshot = {
        ...coupon,
        version: revision,
        status: revision % 2 === 0 ? 'active' : 'disabled',
      };
      const fact = { ...couponFact(trial.tenantId, snapshot), id: newId() };
      return () => namespace.produce('catalog.coupon.v1', fact);
    }),
  ]);
}

/** A fact of somebody whom the row does not count. */
function aStranger(trial: Trial): Sendable {
  return () => trial.arena.namespace.produce('platform.follow.v1', followFact(trial.tenantId, aFollow()));
}

/** A fact keeps its id, however often it comes. */
function thriceAndShuffled(trial: Trial, facts: readonly Sendable[]): Sendable[] {
  return trial.random.shuffled([...facts, ...facts, ...facts]);
}

async function sendAll(trial: Trial, facts: readonly Sendable[]): Promise<void> {
  trial.note(`${facts.length} records are sent`);
  for (const send of facts) await send();
}

async function untilNewest(trial: Trial): Promise<void> {
  await eventually(
    async () => {
      const [row] = await trial.rows<{ follows: number; coupons: number }>(
        `SELECT (SELECT count(*) FROM follow WHERE tenant_id = $1 AND following AND revision = $2)::int AS follows,
                (SELECT count(*) FROM coupon WHERE tenant_id = $1 AND version = $2 AND status = 'active')::int AS coupons`,
        [trial.tenantId, LAST_REVISION],
      );
      if (row?.follows !== 30 || row.coupons !== 6) throw new Error(`not all newest: ${JSON.stringify(row)}`);
    },
    { timeoutMs: FACT_LIMIT_MS },
  );
}

/** One of two processes is armed while facts come; another one may come and go. */
async function underConsumers(
  trial: Trial,
  armed: Record<string, string>,
  { dies = false, rebalances = false }: { dies?: boolean; rebalances?: boolean },
): Promise<void> {
  const { processes } = trial.arena;
  await processes.have(2, [armed]);
  const died = dies ? processes.replaceWhenDead(0) : Promise.resolve(true);
  let isOver = false;
  const over = died.finally(() => (isOver = true));
  const sending = sendAll(trial, thriceAndShuffled(trial, someFacts(trial)));
  if (rebalances) {
    await processes.have(3, [armed]);
    await sleep(1_000);
    await processes.have(2, [armed]);
  }
  await sending;
  // All may have come while the armed process had no partition yet.
  while (!isOver)
    await sendAll(
      trial,
      Array.from({ length: 20 }, () => aStranger(trial)),
    );
  if (!(await over)) throw new ProvesNothing('nobody died at the failpoint');
  await untilNewest(trial);
}

/** Records that no handler can make anything of, each for another reason; and a tombstone, which is no fault. */
function poison(trial: Trial): { bad: Sendable[]; tombstone: Sendable } {
  const { headers } = recordOf(followFact(trial.tenantId, aFollow()));
  const send = (raw: RawRecord['raw']): Sendable => {
    return () => trial.arena.namespace.produce('platform.follow.v1', { raw: { key: 'k', ...raw } });
  };
  const fresh = (): Record<string, string> => ({ ...headers, ce_id: newId() });
  return {
    bad: [
      send({ value: Buffer.from([0xff, 0xfe, 0x00]), headers: fresh() }),
      send({ value: '{"channelId":', headers: fresh() }),
      send({ value: '{"channelId":"none"}', headers: fresh() }),
      send({ value: '{}', headers: {} }),
      send({ value: '{}', headers: { ...fresh(), ce_type: 'octopus.platform.follow-sang.v1' } }),
      send({ value: '{}', headers: { ...fresh(), ce_type: 'octopus.platform.follow-changed.v9' } }),
      send({ value: '{}', headers: { ...fresh(), ce_tenantid: 'me' } }),
    ],
    tombstone: send({ value: null, headers: fresh() }),
  };
}

async function deadLetters(trial: Trial): Promise<number> {
  const { rows } = await trial.arena.database
    .ownerPool()
    .query<{ n: number }>('SELECT count(*)::int AS n FROM dead_letter');
  return rows[0]?.n ?? 0;
}

/** What the facts have made of the tables, as one text. */
async function everything(trial: Trial): Promise<string> {
  const rows = await trial.rows<{ all: unknown }>(
    `SELECT json_build_array(
       (SELECT json_agg(f ORDER BY f.user_id) FROM follow f WHERE f.tenant_id = $1),
       (SELECT json_agg(c ORDER BY c.coupon_id) FROM coupon c WHERE c.tenant_id = $1)) AS all`,
    [trial.tenantId],
  );
  return JSON.stringify(rows);
}

async function backToZero(brokers: string[], namespace: string): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const groupId = `${namespace}.redemption`;
  for (const { topic } of await admin.fetchOffsets({ groupId }))
    await admin.resetOffsets({ groupId, topic, earliest: true });
  await admin.disconnect();
}

async function untilRead(brokers: string[], namespace: string): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await eventually(
    async () => {
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId: `${namespace}.redemption` })) {
        const ends = await admin.fetchTopicOffsets(topic);
        for (const { partition, offset } of partitions) {
          const end = ends.find((one) => one.partition === partition)?.high ?? '0';
          // Nothing was ever sent there, or committed (-1): the group has nothing to do.
          if (end !== '0' && Number(offset) < Number(end))
            throw new Error(`${topic} is read up to ${offset} of ${end}`);
        }
      }
    },
    { timeoutMs: FACT_LIMIT_MS },
  );
  await admin.disconnect();
}
