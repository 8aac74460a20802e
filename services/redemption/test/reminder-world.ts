import type { CouponReminder, CouponSnapshot, User } from '#contracts';
import { aUser, eventually, newId, type TestFact, userFact } from '#testkit';
import { RunReminders } from '../src/use-cases/run-reminders.js';
import { type Replica, RedemptionWorld } from './redemption-world.js';

const DAY = 86_400_000;

/** The last ten o'clock in UTC: a cohort whose hour has just come. */
export const tenToday = lastTen(Date.now());

/** Just before midnight in UTC on the day after it: the expiry of which it reminds a day before. */
export const tomorrowNight = new Date(tenToday.getTime() + DAY + 13 * 3_600_000);

const reminder: CouponReminder = { daysBefore: 1, text: '{{coupon.name}} until {{valid.until}}' };

/** Coupons that remind, who holds them, and the hours of their cohorts. Everybody lives in UTC unless said otherwise. */
export class ReminderWorld {
  private readonly replicas: Replica[] = [];

  private constructor(
    readonly world: RedemptionWorld,
    readonly facts: readonly { data: unknown }[],
  ) {}

  static async start(replicas = 1): Promise<ReminderWorld> {
    const world = await RedemptionWorld.start();
    // A minute past ten: whatever hour of the day the test runs in.
    await world.database.shiftClock(tenToday.getTime() + 60_000 - Date.now());
    const reminders = new ReminderWorld(world, await world.namespace.collect('redemption.reminder.v1'));
    for (let n = 0; n < replicas; n += 1) reminders.replicas.push(await world.replica());
    return reminders;
  }

  stop(): Promise<void> {
    return this.world.stop();
  }

  get tenantId(): string {
    return this.world.tenantId;
  }

  get replica(): Replica {
    const [first] = this.replicas;
    if (first === undefined) throw new Error('no replica was started');
    return first;
  }

  /** Expires for everybody tomorrow night, unless its grants expire before; reminded of a day before. */
  coupon(over: Parameters<RedemptionWorld['coupon']>[0] = {}): Promise<CouponSnapshot> {
    return this.world.coupon({
      availability: 'grant',
      perUser: 1,
      messages: { redeemed: 'Enjoy!', reminder },
      publishedAt: before(10 * DAY),
      ...over,
      schedule: { endAt: tomorrowNight.toISOString(), timeZone: 'UTC', ...over.schedule },
    });
  }

  async edit(coupon: CouponSnapshot, endAt: Date, editedAt: string): Promise<CouponSnapshot> {
    const schedule = { ...coupon.schedule, endAt: endAt.toISOString() };
    const edited = { ...coupon, schedule, editedAt, version: coupon.version + 1 };
    await this.world.snapshot(edited);
    return edited;
  }

  /** Past Kafka: a grant of five days ago, or of when it is said. */
  async holder(
    { couponId }: CouponSnapshot,
    availableAt = before(5 * DAY),
    revoked = false,
  ): Promise<string> {
    const userId = newId();
    await this.world.rows(
      `INSERT INTO user_grant (tenant_id, coupon_id, user_id, grant_id, revision, available_at, revoked, hops)
       VALUES ($1, $2, $3, $4, 1, $5, $6, 0)`,
      [this.tenantId, couponId, userId, newId(), availableAt, revoked],
    );
    return userId;
  }

  async holders({ couponId }: CouponSnapshot, count: number): Promise<void> {
    const userIds = Array.from({ length: count }, () => newId());
    await this.world.rows(
      `INSERT INTO user_grant (tenant_id, coupon_id, user_id, grant_id, revision, available_at, revoked, hops)
       SELECT $1, $2, u, u, 1, $4, false, 0 FROM unnest($3::uuid[]) u`,
      [this.tenantId, couponId, userIds, before(5 * DAY)],
    );
  }

  async use({ couponId }: CouponSnapshot, userId: string, uses: number, lastAt = new Date()): Promise<void> {
    await this.world.rows(
      `INSERT INTO coupon_usage (tenant_id, coupon_id, user_id, uses, last_at) VALUES ($1, $2, $3, $4, $5)`,
      [this.tenantId, couponId, userId, uses, lastAt],
    );
  }

  /** As the platform tells of it. */
  async lives(userId: string, over: Partial<User>): Promise<void> {
    await this.world.namespace.produce(
      'platform.user.v1',
      userFact(this.tenantId, aUser({ userId, ...over })),
    );
    await eventually(async () => {
      const rows = await this.world.rows('SELECT FROM app_user WHERE user_id = $1', [userId]);
      if (rows.length === 0) throw new Error('not known yet');
    });
  }

  /** As the scheduler announces it: again under another id, if it is called again. */
  async announce(
    { couponId, version }: CouponSnapshot,
    dueAt = tenToday,
    couponVersion = version,
  ): Promise<void> {
    const fact: TestFact<'scheduler.due.v1', 'reminder-due'> = {
      topic: 'scheduler.due.v1',
      name: 'reminder-due',
      tenantId: this.tenantId,
      key: couponId,
      subject: `coupon/${couponId}`,
      data: { couponId, couponVersion, dueAt: dueAt.toISOString() },
    };
    await this.world.namespace.produce('scheduler.due.v1', fact);
  }

  /** Announced, and gone through. */
  async remind(coupon: CouponSnapshot, dueAt = tenToday): Promise<string[]> {
    const inbox = () => this.world.rows('SELECT FROM inbox');
    const heard = (await inbox()).length;
    await this.announce(coupon, dueAt);
    await eventually(async () => {
      if ((await inbox()).length <= heard) throw new Error('not heard yet');
    });
    await this.through(coupon);
    return this.reminded(coupon);
  }

  async through({ couponId }: CouponSnapshot): Promise<void> {
    await eventually(async () => {
      const rows = await this.world.rows('SELECT FROM reminder_run WHERE coupon_id = $1', [couponId]);
      if (rows.length > 0) throw new Error('not through yet');
    });
  }

  async reminded({ couponId }: CouponSnapshot): Promise<string[]> {
    const rows = await this.world.rows<{ user_id: string }>(
      'SELECT user_id FROM reminder_sent WHERE coupon_id = $1 ORDER BY user_id',
      [couponId],
    );
    return rows.map(({ user_id }) => user_id);
  }

  /** What has left for others, of one coupon. */
  told({
    couponId,
  }: CouponSnapshot): { couponId: string; userId: string; validUntil: string; timeZone: string }[] {
    const data = this.facts.map((record) => record.data) as ReturnType<ReminderWorld['told']>;
    return data.filter((fact) => fact.couponId === couponId);
  }

  nudge(): void {
    for (const { app } of this.replicas) app.get(RunReminders).nudge();
  }
}

export function before(milliseconds: number): string {
  return new Date(tenToday.getTime() - milliseconds).toISOString();
}

function lastTen(now: number): Date {
  const today = Math.floor(now / DAY) * DAY + 10 * 3_600_000;
  return new Date(today <= now ? today : today - DAY);
}
