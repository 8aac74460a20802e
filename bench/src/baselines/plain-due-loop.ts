import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import pg from 'pg';
import type { TestNamespace } from '#testkit';

const BATCH = 500;

/**
 * What comes to mind first: delete what is due, then send it. It loses what it holds when it dies, orders nothing and plans
 * nothing that follows.
 */
export async function plainDueLoop(
  databaseUrl: string,
  to: TestNamespace,
  isOver: () => boolean,
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  const kafka = new Kafka({ clientId: 'plain-due', brokers: to.kafkaBrokers, logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await Promise.all([client.connect(), producer.connect()]);
  while (!isOver()) {
    const { rows } = await client.query<{ couponId: string; dueAt: Date }>({
      name: 'take',
      text: `DELETE FROM due WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM due WHERE due_at <= (SELECT clock_timestamp()) ORDER BY due_at LIMIT ${BATCH}
                  FOR UPDATE SKIP LOCKED))
             RETURNING coupon_id AS "couponId", due_at AS "dueAt"`,
    });
    const messages = rows.map((row) => ({
      key: row.couponId,
      value: JSON.stringify(row),
      headers: { ce_id: randomUUID() },
    }));
    if (messages.length > 0)
      await producer.send({ topic: `${to.namespace}.scheduler.due.v1`, acks: -1, messages });
    if (messages.length < BATCH) await sleep(10);
  }
  await Promise.all([client.end(), producer.disconnect()]);
}
