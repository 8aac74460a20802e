import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { CouponSnapshot } from '#contracts';
import { findOrStartServers, type Servers } from '#servers';
import {
  aCoupon,
  couponFact,
  eventually,
  newId,
  startTcpProxy,
  startTestIssuer,
  type TcpProxy,
  testDatabase,
  type TestDatabase,
  type TestIssuer,
  testNamespace,
  type TestNamespace,
} from '#testkit';
import { type MortalRedis, startMortalRedis } from '../system/mortal-redis.js';
import { migrationSets } from '../system/service-databases.js';
import type { Facts, Violation } from './checks.js';
import { Clients } from './client.js';
import { History, type Intent } from './history.js';
import { type OwnKafka, startOwnKafka } from './own-kafka.js';
import { Processes } from './processes.js';
import { Random } from './random.js';

/** Partitions of a process that was killed are read by nobody until the group is shared out anew, ten seconds later or more. */
export const FACT_LIMIT_MS = 90_000;

/**
 * Where redemption is tormented: built processes in production mode, on a PostgreSQL and a Redis of their own behind
 * proxies. One arena serves many rows; each row has a tenant, clients and a history of its own.
 */
export class Arena {
  history = new History('arena');

  private constructor(
    readonly postgresServer: Servers,
    readonly kafka: OwnKafka,
    readonly postgres: TcpProxy,
    readonly redis: MortalRedis,
    readonly database: TestDatabase,
    readonly namespace: TestNamespace,
    readonly issuer: TestIssuer,
    readonly processes: Processes,
  ) {}

  static async start(): Promise<Arena> {
    const [server, kafka, postgres, redis, issuer] = await Promise.all([
      ownPostgres(),
      startOwnKafka(),
      startTcpProxy(),
      startMortalRedis(),
      startTestIssuer({ name: 'https://issuer.test' }),
    ]);
    // The testkit makes databases and topics on the servers that these variables name.
    process.env['OCTOPUS_TEST_POSTGRES_URL'] = server.postgresUrl;
    process.env['OCTOPUS_TEST_KAFKA_BROKERS'] = kafka.brokers.join(',');
    const [database, namespace] = await Promise.all([
      testDatabase(migrationSets.redemption),
      testNamespace(),
    ]);
    const { hostname, port } = new URL(server.postgresUrl);
    await postgres.forwardTo({ host: hostname, port: Number(port) });
    const notes = (says: string): void => arena.history.note(says);
    const arena: Arena = new Arena(
      server,
      kafka,
      postgres,
      redis,
      database,
      namespace,
      issuer,
      new Processes(
        {
          ...namespace.env,
          ...issuer.env,
          NODE_ENV: 'production',
          LOG_LEVEL: 'warn',
          DATABASE_URL: through(postgres, database.appUrl),
          REDIS_URL: redis.url,
          REDEMPTION_CODE_SECRET: randomBytes(32).toString('base64url'),
        },
        notes,
      ),
    );
    return arena;
  }

  /** A fresh start for a row. */
  async begin(row: string, seed: number): Promise<Trial> {
    await this.heal();
    this.history = new History(`${row}-${seed}`);
    return new Trial(this, row, new Random(seed));
  }

  /** Nothing stands in anybody's way any more. */
  async heal(): Promise<void> {
    for (const proxy of [this.postgres, this.redis.proxy]) {
      proxy.judge(undefined);
      proxy.delay(0);
      proxy.goOn();
    }
    // It may still recover from a crash.
    await eventually(() => this.database.shiftClock(0), { timeoutMs: FACT_LIMIT_MS });
    if (this.processes.urls.length > 0) await this.processes.have(this.processes.urls.length);
  }

  async stop(): Promise<void> {
    await this.processes.stopAll();
    await Promise.all([this.namespace.stop(), this.issuer.stop(), this.redis.stop()]);
    await this.database.drop();
    await this.postgres.stop();
    await Promise.all([this.postgresServer.stop(), this.kafka.stop()]);
  }
}

/** One row with one seed: a tenant, its coupons and its clients. */
export class Trial {
  readonly tenantId = newId();
  readonly channelId = newId();
  readonly clients: Clients;
  readonly coupons = new Map<string, CouponSnapshot>();
  /** What else must hold in the end, besides what always must. */
  readonly claims: ((facts: Facts) => Violation[] | Promise<Violation[]>)[] = [];

  constructor(
    readonly arena: Arena,
    readonly row: string,
    readonly random: Random,
  ) {
    const { issuer, history, processes } = arena;
    this.clients = new Clients(this.tenantId, issuer, history, random, () => processes.urls);
  }

  note(says: string): void {
    this.arena.history.note(says);
  }

  rows<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.arena.database.rows<Row>(this.tenantId, sql, values);
  }

  /** Published by catalog; decided on when this resolves. */
  async coupon(
    terms: Partial<CouponSnapshot['terms']> = {},
    over: Partial<Omit<CouponSnapshot, 'terms'>> = {},
  ): Promise<CouponSnapshot> {
    const coupon = aCoupon({ terms, channelId: this.channelId, ...over });
    await this.publish(coupon);
    await this.takenOver(coupon);
    return coupon;
  }

  /** Resolves when redemption decides on this version. */
  async takenOver({ couponId, version }: CouponSnapshot): Promise<void> {
    await eventually(
      async () => {
        const rows = await this.rows(
          'SELECT FROM coupon WHERE tenant_id = $1 AND coupon_id = $2 AND version >= $3',
          [this.tenantId, couponId, version],
        );
        if (rows.length === 0) throw new Error('not taken over yet');
      },
      { timeoutMs: FACT_LIMIT_MS },
    );
  }

  /** A new version; does not wait until it is taken over. */
  async publish(coupon: CouponSnapshot): Promise<void> {
    this.coupons.set(coupon.couponId, coupon);
    await this.arena.namespace.produce('catalog.coupon.v1', couponFact(this.tenantId, coupon));
  }

  /** Users who follow the channel; past Kafka, because they are many. */
  async followers(count: number): Promise<string[]> {
    const userIds = Array.from({ length: count }, () => newId());
    await this.rows(
      `INSERT INTO follow (tenant_id, channel_id, user_id, following, revision, changed_at)
       SELECT $1, $2, u, true, 1, now() FROM unnest($3::uuid[]) u`,
      [this.tenantId, this.channelId, userIds],
    );
    return userIds;
  }

  /** By chance: who wants what. */
  intents(count: number, users: readonly string[], coupons: readonly CouponSnapshot[]): Intent[] {
    return Array.from({ length: count }, () => this.intent(users, coupons));
  }

  intent(users: readonly string[], coupons: readonly CouponSnapshot[]): Intent {
    return {
      key: newId(),
      userId: this.random.pick(users),
      couponId: this.random.pick(coupons).couponId,
    };
  }
}

async function ownPostgres(): Promise<Servers> {
  const { DATABASE_URL: _given, ...env } = process.env;
  return findOrStartServers({ env, data: { kind: 'throwaway' }, only: ['postgres'] });
}

function through(proxy: TcpProxy, url: string): string {
  const address = new URL(url);
  address.hostname = '127.0.0.1';
  address.port = String(proxy.port);
  return address.href;
}
