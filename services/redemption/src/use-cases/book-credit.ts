import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Outbox } from '#platform';
import type { Booked, Credit } from '../domain/ledger.js';
import { PointsStore } from '../store/points.store.js';
import { pointsFact } from './points-fact.js';

/** Books points to a user's credit and tells of it, in the caller's transaction. */
@Injectable()
export class BookCredit {
  constructor(
    private readonly points: PointsStore,
    private readonly outbox: Outbox,
  ) {}

  /** @returns undefined when the balance would grow past what can be counted: nothing is booked */
  async run(tx: EntityManager, tenantId: string, credit: Credit): Promise<Booked | undefined> {
    const booked = await this.points.credit(tx, tenantId, credit);
    if (booked !== undefined) await this.outbox.add(tx, pointsFact(tenantId, { ...credit, ...booked }));
    return booked;
  }
}
