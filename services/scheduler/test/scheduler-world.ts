import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import type { CouponSnapshot } from '#contracts';
import { createServiceApp, loadConfig } from '#platform';
import {
  aCoupon,
  type CollectedRecord,
  couponFact,
  eventually,
  newId,
  serviceProcess,
  type ServiceProcess,
  startTestIssuer,
  testDatabase,
  type TestDatabase,
  type TestIssuer,
  testNamespace,
  type TestNamespace,
} from '#testkit';
import { schedulerEnv } from '../src/config.js';
import { SchedulerModule } from '../src/scheduler.module.js';
import { CouponScheduleStore } from '../src/store/coupon-schedule.store.js';
import { DueStore } from '../src/store/due.store.js';
import { migrationSet } from '../src/store/migrations/index.js';
import { PlanCoupon } from '../src/use-cases/plan-coupon.js';

export interface DueFact {
  name: string;
  couponId: string;
  dueAt: string;
}

interface DueRow {
  couponId: string;
  kind: string;
  dueAt: Date;
  attempts: number;
  claimed: boolean;
}

/** The servers of one test file, and any number of schedulers on them. */
export class SchedulerWorld {
  readonly tenantId = newId();
  readonly #replicas = new Set<NestFastifyApplication>();
  readonly #processes = new Set<ServiceProcess>();
  #source: DataSource | undefined;

  private constructor(
    readonly database: TestDatabase,
    readonly namespace: TestNamespace,
    private readonly issuer: TestIssuer,
    private readonly records: readonly CollectedRecord[],
  ) {}

  static async start(): Promise<SchedulerWorld> {
    const only = ['catalog.coupon.v1', 'scheduler.due.v1', 'scheduler.dead-letter.v1'] as const;
    const [database, namespace, issuer] = await Promise.all([
      testDatabase(migrationSet),
      testNamespace({ only }),
      startTestIssuer(),
    ]);
    return new SchedulerWorld(database, namespace, issuer, await namespace.collect('scheduler.due.v1'));
  }

  /** A scheduler in this process. */
  async replica(): Promise<NestFastifyApplication> {
    const config = loadConfig(schedulerEnv, {
      ...this.env(),
      NODE_ENV: 'test',
      PORT: '0',
      LOG_LEVEL: 'silent',
    });
    const app = await createServiceApp({ name: 'scheduler', module: SchedulerModule, config });
    await app.listen(0, '127.0.0.1');
    await app.startAllMicroservices();
    this.#replicas.add(app);
    return app;
  }

  /** A scheduler as a process of its own, to be killed. */
  async process(env: Record<string, string> = {}): Promise<ServiceProcess> {
    const started = await serviceProcess('scheduler', { ...this.env(), ...env });
    this.#processes.add(started);
    return started;
  }

  async stopReplicas(): Promise<void> {
    await Promise.all([...this.#replicas].map((app) => app.close()));
    await Promise.all([...this.#processes].map((process) => process.stop()));
    this.#replicas.clear();
    this.#processes.clear();
  }

  async stop(): Promise<void> {
    await this.stopReplicas();
    await this.#source?.destroy();
    await Promise.all([this.namespace.stop(), this.issuer.stop()]);
    await this.database.drop();
  }

  /** Says how the coupon stands, and waits until the scheduler has read it, whatever it made of it. */
  async told(coupon: Partial<CouponSnapshot>, tenantId = this.tenantId): Promise<CouponSnapshot> {
    const whole = aCoupon(coupon);
    const { topic, ...fact } = couponFact(tenantId, whole);
    const eventId = await this.namespace.produce(topic, fact);
    await eventually(async () => {
      const sql = 'SELECT FROM inbox WHERE event_id = $1';
      const { rowCount } = await this.database.ownerPool().query(sql, [eventId]);
      if (rowCount !== 1) throw new Error('not read yet');
    });
    return whole;
  }

  /** Says how the coupon stands, and gives it back. */
  async tell(coupon: Partial<CouponSnapshot>, tenantId = this.tenantId): Promise<CouponSnapshot> {
    const whole = aCoupon(coupon);
    const { topic, ...fact } = couponFact(tenantId, whole);
    await this.namespace.produce(topic, fact);
    return whole;
  }

  /** Puts the coupon's plan in place without Kafka, by the very code that the consumer calls. */
  async plan(coupon: CouponSnapshot): Promise<void> {
    this.#source ??= await new DataSource({ type: 'postgres', url: this.database.appUrl }).initialize();
    const { data, envelope } = { data: coupon, envelope: { tenantId: this.tenantId } };
    const planCoupon = new PlanCoupon(new CouponScheduleStore(), new DueStore());
    await this.#source.transaction(async (tx) => {
      await tx.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [this.tenantId]);
      await planCoupon.run(tx, { envelope, data });
    });
  }

  /** Waits until the scheduler has taken the version over. */
  async knows({ couponId, version }: CouponSnapshot, tenantId = this.tenantId): Promise<void> {
    await eventually(async () => {
      const [row] = await this.database.rows<{ version: string }>(
        tenantId,
        'SELECT version FROM coupon_schedule WHERE tenant_id = $1 AND coupon_id = $2',
        [tenantId, couponId],
      );
      if (Number(row?.version) < version || row === undefined)
        throw new Error(`knows version ${row?.version}`);
    });
  }

  async dueRows(couponId: string): Promise<DueRow[]> {
    const { rows } = await this.database.ownerPool().query<DueRow>(
      `SELECT coupon_id AS "couponId", kind, due_at AS "dueAt", attempts, lease IS NOT NULL AS claimed
       FROM due
       WHERE coupon_id = $1 ORDER BY due_at`,
      [couponId],
    );
    return rows;
  }

  /** What was announced of the coupon so far, in order; of all coupons without one. */
  announced(couponId?: string): DueFact[] {
    return this.records
      .filter(({ key }) => couponId === undefined || key === couponId)
      .map(({ envelope, data }) => {
        const { couponId: id, dueAt } = data as { couponId: string; dueAt: string };
        return { name: nameOf(envelope?.type), couponId: id, dueAt };
      });
  }

  /** What readers take in, of these coupons, in order: a fact whose id they have seen is skipped. */
  inEffect(isAsked: (couponId: string) => boolean): string[] {
    const seen = new Set<string | undefined>();
    return this.records
      .filter(({ key, envelope }) => isAsked(key ?? '') && !seen.has(envelope?.id) && seen.add(envelope?.id))
      .map(({ key, envelope, data }) => `${key} ${nameOf(envelope?.type)} ${(data as DueFact).dueAt}`);
  }

  /** When the announcements about the coupon were made, by their envelopes. */
  announcedAt(couponId: string): (string | undefined)[] {
    return this.records.filter(({ key }) => key === couponId).map(({ envelope }) => envelope?.time);
  }

  /** The ids of the announcements about the coupon. */
  announcedIds(couponId: string): (string | undefined)[] {
    return this.records.filter(({ key }) => key === couponId).map(({ envelope }) => envelope?.id);
  }

  /** Waits for so many announcements about the coupon. */
  async announcedSoon(couponId: string, count: number, timeoutMs = 30_000): Promise<DueFact[]> {
    return eventually(
      () => {
        const found = this.announced(couponId);
        if (found.length < count) throw new Error(`${found.length} of ${count} announced`);
        return found;
      },
      { timeoutMs, everyMs: 10 },
    );
  }

  private env() {
    return { DATABASE_URL: this.database.appUrl, ...this.namespace.env, ...this.issuer.env };
  }
}

/** `octopus.scheduler.coupon-end-due.v1` → `end` */
function nameOf(type = ''): string {
  return type.replace(/^octopus\.scheduler\.(coupon-)?/, '').replace(/(-due)?\.v1$/, '');
}

export function schedule(startAt: string | null, endAt: string | null): CouponSnapshot['schedule'] {
  return { startAt, endAt, timeZone: 'Europe/Zagreb', recurrence: null };
}

export function inMs(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}
