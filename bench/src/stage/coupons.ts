import { aCoupon, couponFact, eventually, newId, type TestDatabase, type TestNamespace } from '#testkit';
import { type Partners, RESOURCE } from './partners.js';
import type { People } from './people.js';

/** Out of reach: the cap is checked with every redemption and never the end of a run. */
const PLENTY = 1_000_000_000;
const AT_A_TIME = 100;

/** Makes the coupons of one run; redemption's come as snapshots from catalog, over Kafka. */
export class Coupons {
  private readonly channelId = newId();
  private soldOutCoupon: string | undefined;

  constructor(
    private readonly database: TestDatabase,
    private readonly baselineDatabase: TestDatabase,
    private readonly namespace: TestNamespace,
    private readonly people: People,
    private readonly partners: Partners,
  ) {}

  /** Past Kafka: it is not what is measured. */
  async everybodyFollows(channelId = this.channelId): Promise<void> {
    await this.database.rows(
      this.people.tenantId,
      `INSERT INTO follow (tenant_id, channel_id, user_id, following, revision, changed_at)
       SELECT $1, $2, u, true, 1, now() FROM unnest($3::uuid[]) u`,
      [this.people.tenantId, channelId, this.people.userIds],
    );
  }

  /** A cap and a cap per user, nothing else. */
  lean(count: number, max = PLENTY): Promise<string[]> {
    return this.publish(count, { terms: { maxRedemptions: max, maxRedemptionsPerUser: 1 } });
  }

  /** The same with a cooldown, a price, a bonus of another point name, and an owed call that takes an add-on unit. */
  async full(count: number): Promise<string[]> {
    const { partnerId, priceName, bonusName } = await this.partners.rich();
    return this.publish(count, {
      partnerId,
      terms: {
        maxRedemptions: PLENTY,
        maxRedemptionsPerUser: 1,
        timeLimit: { amount: 24, unit: 'hours' },
        price: { pointNameId: priceName, amount: '1' },
        bonus: { pointNameId: bonusName, amount: '2' },
        trigger: { triggerId: newId(), cost: { resource: RESOURCE, units: 1 } },
      },
    });
  }

  /** Shown by the user's phone, scanned by the till. */
  async shownByPhone(): Promise<string> {
    const { partnerId } = await this.partners.till();
    const [couponId = ''] = await this.publish(1, {
      type: 'qr',
      partnerId,
      terms: { maxRedemptions: PLENTY },
    });
    return couponId;
  }

  /** A channel of its own that everybody follows, with so many coupons on its page. */
  async channelPage(count: number): Promise<string> {
    const channelId = newId();
    await this.everybodyFollows(channelId);
    await this.publish(count, { channelId, terms: { maxRedemptions: PLENTY, maxRedemptionsPerUser: 3 } });
    return channelId;
  }

  /** One whose last unit is gone. */
  async soldOut(): Promise<string> {
    if (this.soldOutCoupon === undefined) {
      const terms = { maxRedemptions: 1, maxRedemptionsPerUser: 1 };
      const [couponId = ''] = await this.publish(1, { terms });
      this.soldOutCoupon = couponId;
    }
    return this.soldOutCoupon;
  }

  /** For the naive ways, which know coupons by a table of their own. */
  async forBaselines(count: number): Promise<string[]> {
    const couponIds = Array.from({ length: count }, () => newId());
    await this.baselineDatabase.rows(
      this.people.tenantId,
      `INSERT INTO naive_coupon (tenant_id, coupon_id, max, per_user_cap) SELECT $1, c, $3, 1 FROM unnest($2::uuid[]) c`,
      [this.people.tenantId, couponIds, PLENTY],
    );
    return couponIds;
  }

  /** Resolves when redemption decides on them. */
  private async publish(count: number, over: Parameters<typeof aCoupon>[0]): Promise<string[]> {
    const { channelId } = this;
    const coupons = Array.from({ length: count }, () => aCoupon({ channelId, ...over }));
    for (let first = 0; first < count; first += AT_A_TIME) {
      const some = coupons.slice(first, first + AT_A_TIME);
      await Promise.all(
        some.map((coupon) =>
          this.namespace.produce('catalog.coupon.v1', couponFact(this.people.tenantId, coupon)),
        ),
      );
    }
    const couponIds = coupons.map(({ couponId }) => couponId);
    await this.takenOver(couponIds);
    return couponIds;
  }

  private async takenOver(couponIds: readonly string[]): Promise<void> {
    await eventually(async () => {
      const rows = await this.database.rows(
        this.people.tenantId,
        'SELECT FROM coupon WHERE tenant_id = $1 AND coupon_id = ANY ($2)',
        [this.people.tenantId, couponIds],
      );
      if (rows.length < couponIds.length)
        throw new Error(`${couponIds.length - rows.length} coupons to come`);
    });
  }
}
