import { type CouponView, type EventName, eventMap, type TopicName } from '#contracts';
import type { EventInput } from '#platform';
import { aGrant, grantFact, newId, type TestFact } from '#testkit';
import type { AnyFact, Owner } from './catalog-world.js';

type Redeemed = EventInput<'redemption.redemption.v1', 'redeemed'>;
type Place = 'list' | 'detail' | 'share';

/** Facts about a coupon as the other services tell them, each with an id: given twice, it is the same fact. */
export class History {
  readonly facts: AnyFact[] = [];
  #revision = 0;

  constructor(
    private readonly owner: Owner,
    private readonly coupon: Pick<CouponView, 'couponId' | 'channelId'>,
  ) {}

  redeemed(over: Partial<Redeemed> = {}): Redeemed {
    const redemptionId = newId();
    const data: Redeemed = {
      redemptionId,
      ...this.#ofCoupon(),
      couponVersion: 2,
      couponType: 'click',
      userId: newId(),
      redeemedAt: new Date().toISOString(),
      userRedemptions: 1,
      stock: this.#stock(),
      ...over,
    };
    this.#add('redemption.redemption.v1', 'redeemed', redemptionId, data);
    return data;
  }

  /** Takes it back, with price and bonus. */
  voided({ redemptionId, userId, redeemedAt, storeId, cashierId, price, bonus }: Redeemed): void {
    this.#add('redemption.redemption.v1', 'voided', redemptionId, {
      redemptionId,
      ...this.#ofCoupon(),
      userId,
      redeemedAt,
      voidedAt: new Date().toISOString(),
      voidedBy: newId(),
      userRedemptions: 0,
      storeId: storeId ?? null,
      cashierId: cashierId ?? null,
      returned: { price: price ?? null, bonus: bonus ?? null },
      stock: this.#stock(),
    });
  }

  granted(userId: string, revived = false): void {
    const grant = aGrant({ ...this.#ofCoupon(), userId, revived });
    this.facts.push({ ...grantFact(this.owner.tenantId, grant), id: newId() });
  }

  refused(code: string, count: number, minute = new Date().toISOString()): void {
    const { couponId } = this.coupon;
    this.#add('redemption.refusal.v1', 'refusals-counted', couponId, {
      ...this.#ofCoupon(),
      code,
      count,
      minute,
    });
  }

  fulfilment(outcome: 'pending' | 'succeeded' | 'failed' | 'voided', round = 1): void {
    const fulfilmentId = newId();
    const at = new Date().toISOString();
    const delivery = {
      fulfilmentId,
      redemptionId: newId(),
      ...this.#ofCoupon(),
      partnerId: newId(),
      userId: newId(),
      triggerId: newId(),
      units: null,
      round,
    };
    const topic = 'redemption.fulfilment.v1';
    if (outcome === 'pending')
      this.#add(topic, 'fulfilment-pending', fulfilmentId, { ...delivery, pendingSince: at });
    else if (outcome === 'succeeded')
      this.#add(topic, 'fulfilment-succeeded', fulfilmentId, { ...delivery, attempts: 1, succeededAt: at });
    else
      this.#add(topic, 'fulfilment-failed', fulfilmentId, {
        ...delivery,
        ...(outcome === 'voided'
          ? { attempts: 0, reason: 'voided', lastStatus: null }
          : { attempts: 8, reason: 'refused', lastStatus: 500 }),
        failedAt: at,
      });
  }

  seen(userId: string, places: readonly Place[], seenAt = new Date().toISOString()): void {
    const impressions = places.map((place) => ({ ...this.#ofCoupon(), place, seenAt }));
    this.#add('catalog.impression.v1', 'coupons-seen', userId, { userId, receivedAt: seenAt, impressions });
  }

  #ofCoupon(): { couponId: string; channelId: string } {
    const { couponId, channelId } = this.coupon;
    return { couponId, channelId };
  }

  #stock(): Redeemed['stock'] {
    this.#revision += 1;
    return { redeemed: 0, max: null, finished: false, revision: this.#revision };
  }

  #add<Topic extends TopicName, Name extends EventName<Topic>>(
    topic: Topic,
    name: Name,
    key: string,
    data: TestFact<Topic, Name>['data'],
  ): void {
    const subject = `${eventMap[topic].key}/${key}`;
    const fact = { topic, name, tenantId: this.owner.tenantId, key, subject, data, id: newId() };
    // Topic, name and data were tied together by the parameters.
    this.facts.push(fact as unknown as AnyFact);
  }
}
