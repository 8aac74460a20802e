import { Injectable } from '@nestjs/common';
import { Log, Shutdown, TenantDatabase } from '#platform';
import type { EntityManager } from 'typeorm';
import { type ClaimedMessage, PendingMessageStore } from '../store/pending-message.store.js';
import { FinishPendingMessage } from './finish-pending-message.js';

/** Messages claimed at a time, and for how long: far longer than a chunk takes. */
const CHUNK = 50;
const LEASE_MS = 30_000;

type Claim = (tx: EntityManager) => Promise<ClaimedMessage[]>;

/** Works through the waiting messages in claimed chunks; any number of replicas may do so at once. */
@Injectable()
export class DrainPendingMessages {
  readonly #running = new Set<Promise<void>>();
  #stopping = false;

  constructor(
    private readonly database: TenantDatabase,
    private readonly pending: PendingMessageStore,
    private readonly finish: FinishPendingMessage,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    shutdown.register('jobs', 'waiting messages', () => this.#stop());
  }

  /** All that are due. */
  due(): Promise<void> {
    return this.#drain((tx) => this.pending.claimDue(tx, CHUNK, LEASE_MS));
  }

  /** In the background: all that wait for this coupon. What fails here is looked at again when it is due. */
  ofCoupon(coupon: { tenantId: string; couponId: string; version: number }): void {
    this.#drain((tx) => this.pending.claimForCoupon(tx, coupon, CHUNK, LEASE_MS)).catch((err: unknown) =>
      this.log.warn({ err, couponId: coupon.couponId }, 'waiting messages are left to the next look'),
    );
  }

  /** Lets the chunk in hand end; the rest is another process's. */
  async #stop(): Promise<void> {
    this.#stopping = true;
    await Promise.allSettled(this.#running);
  }

  #drain(claim: Claim): Promise<void> {
    const work = this.#chunks(claim);
    this.#running.add(work);
    return work.finally(() => this.#running.delete(work));
  }

  async #chunks(claim: Claim): Promise<void> {
    for (let more = true; more && !this.#stopping;) {
      const claimed = await this.database.acrossTenants(claim);
      for (const message of claimed) await this.#attempt(message);
      more = claimed.length === CHUNK;
    }
  }

  /** One that fails must not keep the others: its lease ends and it is tried again. */
  async #attempt(message: ClaimedMessage): Promise<void> {
    try {
      await this.finish.run(message);
    } catch (err) {
      this.log.error({ err, redemptionId: message.redemptionId }, 'a waiting message could not be finished');
    }
  }
}
