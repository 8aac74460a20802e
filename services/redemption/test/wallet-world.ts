import type { EarningAction, Recurrence } from '#contracts';
import { Metrics } from '#platform';
import { newId } from '#testkit';
import type { RedemptionConfig } from '../src/config.js';
import type { Coupon, Stock } from '../src/domain/coupon.js';
import type { Person } from '../src/domain/person.js';
import { CouponMemory } from '../src/memory/coupon-memory.js';
import { placeOf } from '../src/store/coupon-card.store.js';
import { CouponFactsStore } from '../src/store/coupon-facts.store.js';
import { ReadSlots } from '../src/store/read-slots.js';
import { WalletStore } from '../src/store/wallet.store.js';
import { ListWallet, type WalletAnswer, type WalletRequest } from '../src/use-cases/list-wallet.js';
import { aKnownCoupon, RedemptionFixture } from './redemption-fixture.js';

/** What stands on a coupon's card, and what says when it is open. */
export interface CardOver {
  readonly name?: string;
  readonly position?: number | null;
  readonly editedAt?: Date;
  readonly hidden?: boolean;
  readonly listed?: boolean;
  readonly recurrence?: Recurrence | null;
}

type CouponOver = Partial<Omit<Coupon, 'stock' | 'timeframe'>> & { stock?: Partial<Stock> } & CardOver;

/** A database seen as one tenant. */
interface TenantRows {
  readonly tenantId: string;
  rows<Row extends Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
}

/** Coupons and people, put in as rows. */
export class WalletRows {
  constructor(private readonly host: TenantRows) {}

  get tenantId(): string {
    return this.host.tenantId;
  }

  rows<Row extends Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.host.rows<Row>(sql, values);
  }

  /** With its card, its channel, its partner and the partner's units, if they are said to be something. */
  async coupon(over: CouponOver = {}): Promise<Coupon> {
    const { name = 'Free espresso', position = null, editedAt = new Date(), hidden = false, ...rest } = over;
    const { listed = true, recurrence = null, ...terms } = rest;
    const coupon = aKnownCoupon({ tenantId: this.tenantId, partnerId: newId(), ...terms });
    await this.rows(
      `INSERT INTO coupon (tenant_id, coupon_id, channel_id, partner_id, type, version, status, finished_reason, start_at,
                           end_at, time_zone, recurrence, audience, availability, per_user_cap, time_limit_seconds,
                           validity_seconds, price_point, price_amount, bonus_point, bonus_amount, trigger_id,
                           units_resource, units, programme_id, redeemed, max, finished, rev, taken_over_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'Europe/Zagreb', $11, $12, $13, $14, $15, $16, $17, $18, $19,
               $20, $21, $22, $23, $24, $25, $26, $27, $28, now())`,
      [
        coupon.tenantId,
        coupon.couponId,
        coupon.channelId,
        coupon.partnerId,
        coupon.type,
        coupon.version,
        coupon.status,
        coupon.finishedReason,
        coupon.startAt && new Date(coupon.startAt),
        coupon.endAt && new Date(coupon.endAt),
        recurrence && JSON.stringify(recurrence),
        coupon.audience,
        coupon.availability,
        coupon.perUserCap,
        coupon.timeLimitMs && coupon.timeLimitMs / 1_000,
        coupon.validityMs && coupon.validityMs / 1_000,
        coupon.price?.pointNameId,
        coupon.price?.amount,
        coupon.bonus?.pointNameId,
        coupon.bonus?.amount,
        coupon.triggerId,
        coupon.units?.resource,
        coupon.units?.units,
        coupon.programmeId,
        coupon.stock.redeemed,
        coupon.stock.max,
        coupon.stock.finished,
        coupon.stock.revision,
      ],
    );
    const reach = coupon.availability === 'grant' ? 'grant' : coupon.audience;
    await this.rows(
      `INSERT INTO coupon_card (tenant_id, coupon_id, version, channel_id, name, description, position, edited_at,
                                hide_if_not_available, listed, reach, place)
       VALUES ($1, $2, 1, $3, $4, 'One on the house.', $5, $6, $7, $8, $9, $10)`,
      [
        this.tenantId,
        coupon.couponId,
        coupon.channelId,
        name,
        position,
        editedAt,
        hidden,
        listed,
        reach,
        placeOf(position),
      ],
    );
    await this.publisher(coupon);
    return coupon;
  }

  async publisher({
    channelId,
    partnerId,
    channelActive,
    partnerActive,
    units,
    partnerUnits,
  }: Coupon): Promise<void> {
    await this.rows(
      `INSERT INTO channel (tenant_id, channel_id, revision, partner_id, active) VALUES ($1, $2, 1, $3, $4)
       ON CONFLICT DO NOTHING`,
      [this.tenantId, channelId, partnerId, channelActive],
    );
    await this.rows(
      'INSERT INTO partner (tenant_id, partner_id, revision, active) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING',
      [this.tenantId, partnerId, partnerActive],
    );
    if (units === null) return;
    await this.rows(
      `INSERT INTO addon_balance (tenant_id, partner_id, resource, units, revision) VALUES ($1, $2, $3, $4, 1)
       ON CONFLICT DO NOTHING`,
      [this.tenantId, partnerId, units.resource, partnerUnits],
    );
  }

  /** What is known of a user with respect to a coupon. */
  async person(coupon: Coupon, userId: string, person: Partial<Person>): Promise<void> {
    const { following, uses = 0, lastAt = null, grant, balance } = person;
    if (following !== undefined) await this.follow(userId, coupon.channelId, following);
    if (uses > 0 || lastAt !== null)
      await this.rows(
        'INSERT INTO coupon_usage (tenant_id, coupon_id, user_id, uses, last_at) VALUES ($1, $2, $3, $4, $5)',
        [this.tenantId, coupon.couponId, userId, uses, new Date(lastAt ?? Date.now())],
      );
    if (grant) await this.grant(coupon, userId, new Date(grant.availableAt), grant.revoked);
    if (balance !== undefined && balance > 0n && coupon.price !== null)
      await this.points(userId, coupon.price.pointNameId, balance);
  }

  async follow(userId: string, channelId: string, following = true): Promise<void> {
    await this.rows(
      `INSERT INTO follow AS f (tenant_id, channel_id, user_id, following, revision, changed_at)
       VALUES ($1, $2, $3, $4, 1, now())
       ON CONFLICT (tenant_id, channel_id, user_id) DO UPDATE
         SET following = excluded.following, revision = f.revision + 1`,
      [this.tenantId, channelId, userId, following],
    );
  }

  async grant(
    { couponId }: Pick<Coupon, 'couponId'>,
    userId: string,
    availableAt = new Date(),
    revoked = false,
  ): Promise<void> {
    await this.rows(
      `INSERT INTO user_grant (tenant_id, coupon_id, user_id, grant_id, revision, available_at, revoked, hops)
       VALUES ($1, $2, $3, $4, 1, $5, $6, 0)`,
      [this.tenantId, couponId, userId, newId(), availableAt, revoked],
    );
  }

  async points(userId: string, pointNameId: string, balance: bigint): Promise<void> {
    await this.rows(
      `INSERT INTO point_balance (tenant_id, user_id, point_name_id, balance, revision) VALUES ($1, $2, $3, $4, 1)
       ON CONFLICT (tenant_id, user_id, point_name_id) DO UPDATE SET balance = excluded.balance`,
      [this.tenantId, userId, pointNameId, balance],
    );
  }

  /** A point name; with actions it is one of a loyalty programme. */
  async pointName(
    name: string,
    actions: readonly Omit<EarningAction, 'pointNameId'>[] = [],
  ): Promise<string> {
    const [pointNameId, programmeId, partnerId] = [newId(), newId(), newId()];
    const isLoyalty = actions.length > 0;
    await this.rows(
      `INSERT INTO point_name (tenant_id, point_name_id, revision, partner_id, programme_id, name)
       VALUES ($1, $2, 1, $3, $4, $5)`,
      [this.tenantId, pointNameId, partnerId, isLoyalty ? programmeId : null, name],
    );
    if (!isLoyalty) return pointNameId;
    const other = { actionId: newId(), name: 'Earns something else', pointNameId: newId(), points: '1' };
    await this.rows(
      `INSERT INTO programme (tenant_id, programme_id, revision, partner_id, name, earning_actions)
       VALUES ($1, $2, 1, $3, 'Central Club', $4)`,
      [
        this.tenantId,
        programmeId,
        partnerId,
        JSON.stringify([...actions.map((action) => ({ ...action, pointNameId })), other]),
      ],
    );
    return pointNameId;
  }
}

/** What the wallet says of such rows: no HTTP, no Kafka, a real PostgreSQL. */
export class WalletWorld extends WalletRows {
  readonly list: ListWallet;

  private constructor(readonly fixture: RedemptionFixture) {
    super(fixture);
    const memory = new CouponMemory(new CouponFactsStore(fixture.database));
    const config = { DATABASE_POOL_SIZE: 10, REDEMPTION_LANES: 4 } as RedemptionConfig;
    const slots = new ReadSlots(config, new Metrics());
    this.list = new ListWallet(new WalletStore(fixture.database), slots, memory);
  }

  static async open(): Promise<WalletWorld> {
    return new WalletWorld(await RedemptionFixture.open());
  }

  close(): Promise<void> {
    return this.fixture.close();
  }

  page(userId: string, over: Partial<WalletRequest> = {}): Promise<WalletAnswer> {
    return this.list.run({
      tenantId: this.tenantId,
      userId,
      channelId: null,
      after: null,
      limit: 20,
      ...over,
    });
  }

  /** Ids of every coupon that the user sees, page by page. */
  async seen(userId: string, over: Partial<WalletRequest> = {}): Promise<string[]> {
    const ids: string[] = [];
    let after: WalletRequest['after'] = null;
    do {
      const { items, last }: WalletAnswer = await this.page(userId, { ...over, after });
      ids.push(...items.map(({ couponId }) => couponId));
      after = last;
    } while (after !== null);
    return ids;
  }
}
