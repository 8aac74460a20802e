import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AddonUnits, Recurrence, RedemptionView } from '#contracts';
import { TenantDatabase } from '#platform';
import type { RedeemEntry } from '../domain/batch.js';
import type { Coupon, Points } from '../domain/coupon.js';
import type { Person } from '../domain/person.js';
import { arrayOf } from './array-literal.js';
import { type StoredAnswer, viewOf } from './stored-answer.js';

/** What the database knew at one instant, without a lock. */
export interface CouponFacts {
  /** Its clock: milliseconds since 1970. */
  readonly now: number;
  readonly coupons: ReadonlyMap<string, Coupon>;
  /** In the order asked. `stored`: the answer kept under the entry's key. */
  readonly entries: readonly { readonly stored: KeptAnswer | undefined; readonly person: Person }[];
}

/** An accepted request's answer, and what was asked for. */
export interface KeptAnswer {
  readonly fingerprint: string;
  readonly answer: RedemptionView;
}

/** A coupon as `redeem_facts` writes it: flat, and amounts as text. */
interface CouponReply extends Omit<Coupon, 'timeframe' | 'price' | 'bonus' | 'units'> {
  readonly timeZone: string | null;
  readonly recurrence: Recurrence | null;
  readonly pricePoint: string | null;
  readonly priceAmount: string | null;
  readonly priceName: string | null;
  readonly bonusPoint: string | null;
  readonly bonusAmount: string | null;
  readonly bonusName: string | null;
  readonly unitsResource: string | null;
  readonly units: number | null;
}

/** A person's columns, as both functions write them. */
export type PersonReply = [
  following: boolean,
  uses: number,
  lastAt: number | null,
  grant: [availableAt: number, revoked: boolean] | null,
  balance: string,
  pass: [deviceTag: number, validUntil: number, lastStep: number, acceptedAt: number | null] | null,
];

/** What `redeem_facts` gives as JSON. */
export interface FactsReply {
  readonly now: number;
  readonly coupons: readonly CouponReply[];
  readonly entries: readonly [string | null, StoredAnswer | null, ...PersonReply][];
}

/** No answer is stored under it: for those who ask of a person and have no request. */
export const NO_RESERVATION = '00000000-0000-0000-0000-000000000000';

/** An id of no coupon and no user. */
const NOTHING = NO_RESERVATION;

const READ_FACTS = 'SELECT redeem_facts($1, $2, $3, $4, $5) AS reply';

/** Reads without deciding: one round trip (migrations/redeem-facts). */
@Injectable()
export class CouponFactsStore {
  constructor(private readonly database: TenantDatabase) {}

  /** The coupons of the entries, the entries' stored answers and their users. All of one tenant. */
  async read(
    tenantId: string,
    couponIds: readonly string[],
    entries: readonly Pick<RedeemEntry, 'couponId' | 'userId' | 'reservationId'>[],
  ): Promise<CouponFacts> {
    const places = new Map(couponIds.map((couponId, index) => [couponId, index + 1]));
    const { rows } = await this.database.pool.query<{ reply: FactsReply }>({
      name: 'redeem_facts',
      text: READ_FACTS,
      values: [
        tenantId,
        arrayOf(couponIds),
        arrayOf(entries.map(({ couponId }) => places.get(couponId) ?? 0)),
        arrayOf(entries.map(({ userId }) => userId)),
        arrayOf(entries.map(({ reservationId }) => reservationId)),
      ],
    });
    const reply = rows[0]?.reply;
    if (reply === undefined) throw new Error('redeem_facts gave no row');
    return factsOf(reply);
  }

  /** The answer kept under a request's key, of whatever coupon it is. */
  async stored(tenantId: string, reservationId: string): Promise<KeptAnswer | undefined> {
    const asked = { couponId: NOTHING, userId: NOTHING, reservationId };
    const { entries } = await this.read(tenantId, [], [asked]);
    return entries[0]?.stored;
  }

  async coupon(tenantId: string, couponId: string): Promise<Coupon | undefined> {
    const { coupons } = await this.read(tenantId, [couponId], []);
    return coupons.get(couponId);
  }

  /** The coupon under its lock: it stays as it is told until the transaction ends. */
  async lockedCoupon(tx: EntityManager, tenantId: string, couponId: string): Promise<Coupon | undefined> {
    await tx.query('SELECT FROM coupon WHERE tenant_id = $1 AND coupon_id = $2 FOR SHARE', [
      tenantId,
      couponId,
    ]);
    const nobody = arrayOf([]);
    const rows = await tx.query<{ reply: FactsReply }[]>(READ_FACTS, [
      tenantId,
      arrayOf([couponId]),
      nobody,
      nobody,
      nobody,
    ]);
    return rows[0] && factsOf(rows[0].reply).coupons.get(couponId);
  }
}

export function factsOf(reply: FactsReply): CouponFacts {
  return {
    now: reply.now,
    coupons: new Map(reply.coupons.map((coupon) => [coupon.couponId, couponOf(coupon)])),
    entries: reply.entries.map(([fingerprint, answer, ...person]) => ({
      stored: fingerprint === null || answer === null ? undefined : { fingerprint, answer: viewOf(answer) },
      person: personOf(person),
    })),
  };
}

function couponOf(reply: CouponReply): Coupon {
  const { timeZone, recurrence, unitsResource, units, ...rest } = reply;
  const { pricePoint, priceAmount, priceName, bonusPoint, bonusAmount, bonusName, ...coupon } = rest;
  const { startAt, endAt } = coupon;
  return {
    ...coupon,
    timeframe:
      recurrence === null
        ? null
        : { startAt: instantOf(startAt), endAt: instantOf(endAt), timeZone: timeZone ?? 'UTC', recurrence },
    price: pointsOf(pricePoint, priceAmount, priceName),
    bonus: pointsOf(bonusPoint, bonusAmount, bonusName),
    units: unitsOf(unitsResource, units),
  };
}

function pointsOf(
  pointNameId: string | null,
  amount: string | null,
  pointName: string | null,
): Points | null {
  return pointNameId === null || amount === null ? null : { pointNameId, amount: BigInt(amount), pointName };
}

function unitsOf(resource: string | null, units: number | null): AddonUnits | null {
  return resource === null || units === null ? null : { resource, units };
}

function instantOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

export function personOf([following, uses, lastAt, grant, balance, pass]: PersonReply): Person {
  return {
    following,
    uses,
    lastAt,
    grant: grant && { availableAt: grant[0], revoked: grant[1] },
    balance: BigInt(balance),
    pass: pass && { deviceTag: pass[0], validUntil: pass[1], lastStep: pass[2], acceptedAt: pass[3] },
  };
}
