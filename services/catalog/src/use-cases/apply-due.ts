import type { EventOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { endDue, startDue } from '../domain/facts.js';
import { ChangeCouponByFact } from './change-coupon-by-fact.js';

/** Those due facts that move a coupon's life cycle. */
const changes = { 'coupon-start-due': startDue, 'coupon-end-due': endDue } as const;

@Injectable()
export class ApplyDue {
  constructor(private readonly changeCoupon: ChangeCouponByFact) {}

  /** Starts or finishes the coupon if the instant that the fact stands for is still the coupon's. */
  async run(tx: EntityManager, fact: EventOf<'scheduler.due.v1'>): Promise<void> {
    if (!isLifeCycle(fact.name)) return;
    const apply = changes[fact.name];
    const dueAt = new Date(fact.data.dueAt);
    await this.changeCoupon.run(tx, fact, fact.data.couponId, (coupon) => apply(coupon, dueAt));
  }
}

function isLifeCycle(name: string): name is keyof typeof changes {
  return Object.hasOwn(changes, name);
}
