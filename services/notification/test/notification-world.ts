import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Redeemed, Role, TopicName } from '#contracts';
import { createServiceApp, loadConfig } from '#platform';
import {
  aCoupon,
  couponFact,
  eventually,
  newId,
  startTestIssuer,
  testDatabase,
  type TestDatabase,
  type TestFact,
  type TestIssuer,
  testNamespace,
  type TestNamespace,
} from '#testkit';
import { notificationEnv } from '../src/config.js';
import { NotificationModule } from '../src/notification.module.js';
import { migrationSet } from '../src/store/migrations/index.js';

/** A fact on any topic. */
export type AnyFact = { [T in TopicName]: TestFact<T> }[TopicName];

export interface Replica {
  url: string;
  app: NestFastifyApplication;
  stop(): Promise<void>;
}

/** The servers of one test file, and any number of notification processes on them. */
export interface NotificationWorld {
  database: TestDatabase;
  namespace: TestNamespace;
  issuer: TestIssuer;
  /** In this process, listening and, unless told otherwise, consuming. */
  replica(env?: Record<string, string>, how?: { consumes: boolean }): Promise<Replica>;
  /** Gives the event's id once the broker has it. */
  produce(fact: AnyFact): Promise<string>;
  /** Has the user redeem so many coupons that need no name: message n says `text n`. Resolves when all are in the inbox. */
  messages(owner: { tenantId: string; userId: string }, count: number, text?: string): Promise<void>;
  token(who: { tenantId: string; userId: string; role?: Role; exp?: number }): Promise<string>;
  stop(): Promise<void>;
}

export async function startNotificationWorld(): Promise<NotificationWorld> {
  const [database, namespace, issuer] = await Promise.all([
    testDatabase(migrationSet),
    testNamespace(),
    startTestIssuer(),
  ]);
  const replicas = new Set<Replica>();
  const produce = (fact: AnyFact): Promise<string> =>
    namespace.produce<TopicName>(fact.topic, fact as TestFact<TopicName>);
  return {
    database,
    namespace,
    issuer,
    replica: async (env = {}, { consumes } = { consumes: true }) => {
      const values = {
        NODE_ENV: 'test',
        PORT: '0',
        DATABASE_URL: database.appUrl,
        LOG_LEVEL: 'silent',
        NAME_WAIT_MS: '400',
        STREAM_POLL_MS: '200',
        ...namespace.env,
        ...issuer.env,
        ...env,
      };
      const config = loadConfig(notificationEnv, values);
      const app = await createServiceApp({ name: 'notification', module: NotificationModule, config });
      await app.listen(0, '127.0.0.1');
      if (consumes) await app.startAllMicroservices();
      const replica: Replica = {
        app,
        url: await app.getUrl(),
        stop: async () => {
          if (replicas.delete(replica)) await app.close();
        },
      };
      replicas.add(replica);
      return replica;
    },
    produce,
    messages: (owner, count, text = 'message') => writeMessages(database, produce, owner, count, text),
    token: ({ tenantId, userId, role = 'end_user', exp }) =>
      issuer.token({ role, tenant: tenantId, sub: userId, ...(exp !== undefined && { exp }) }),
    stop: async () => {
      await Promise.all([...replicas].map((replica) => replica.stop()));
      await Promise.all([database.drop(), namespace.stop(), issuer.stop()]);
    },
  };
}

/** The first one waits for the consumer group to be balanced, too, which takes its time on a busy machine. */
const patience = { timeoutMs: 25_000 };

/** One after the other, so that the inbox has them in this order. */
async function writeMessages(
  database: TestDatabase,
  produce: (fact: AnyFact) => Promise<string>,
  { tenantId, userId }: { tenantId: string; userId: string },
  count: number,
  text: string,
): Promise<void> {
  for (let n = 1; n <= count; n++) {
    const coupon = aCoupon({ messages: { redeemed: `${text} ${n}`, reminder: null } });
    const fact = redeemedFact(tenantId, { ...coupon, userId });
    await produce(couponFact(tenantId, coupon));
    await produce(fact);
    await eventually(async () => {
      const sql = 'SELECT 1 FROM message WHERE cause_id = $1';
      const found = await database.rows(tenantId, sql, [fact.data.redemptionId]);
      if (found.length === 0) throw new Error(`no message ${n} yet`);
    }, patience);
  }
}

/** A redemption of the coupon, as redemption tells it. */
export function redeemedFact(
  tenantId: string,
  about: Pick<Redeemed, 'couponId' | 'channelId' | 'userId'> & {
    redemptionId?: string;
    couponVersion?: number;
  },
) {
  const redemptionId = about.redemptionId ?? newId();
  const data: Redeemed = {
    redemptionId,
    couponId: about.couponId,
    channelId: about.channelId,
    userId: about.userId,
    couponVersion: about.couponVersion ?? 2,
    couponType: 'click',
    redeemedAt: new Date().toISOString(),
    userRedemptions: 1,
    stock: { redeemed: 1, max: null, finished: false, revision: 2 },
    method: 'button',
    partnerId: null,
    storeId: null,
    cashierId: null,
    price: null,
    bonus: null,
    units: null,
    fulfilmentId: null,
  };
  return {
    topic: 'redemption.redemption.v1' as const,
    name: 'redeemed' as const,
    tenantId,
    key: redemptionId,
    subject: `redemption/${redemptionId}`,
    data,
  };
}
