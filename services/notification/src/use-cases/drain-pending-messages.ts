import { Injectable } from '@nestjs/common';
import { classifyError, Log, Shutdown, TenantDatabase } from '#platform';
import type { EntityManager } from 'typeorm';
import { ATTEMPT_CAP } from '../domain/look-again.js';
import { type ClaimedMessage, PendingMessageStore } from '../store/pending-message.store.js';
import { FinishPendingMessage } from './finish-pending-message.js';

/** Messages claimed at a time, and for how long: far longer than a chunk takes. */
const CHUNK = 50;
const LEASE_MS = 30_000;

/** A coupon's text, as far as it has come. */
export interface ArrivedText {
  readonly tenantId: string;
  readonly couponId: string;
  readonly version: number;
}

type Claim = (tx: EntityManager) => Promise<ClaimedMessage[]>;

/** Works through the waiting messages in claimed chunks; any number of replicas may do so at once. */
@Injectable()
export class DrainPendingMessages {
  readonly #running = new Set<Promise<void>>();
  /** Texts whose waiting messages are still to be let out, by coupon. */
  readonly #arrived = new Map<string, ArrivedText>();
  #lettingOut = false;
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
    return this.#drain((tx) =>
      this.pending.claimDue(tx, { limit: CHUNK, leaseMs: LEASE_MS, attemptCap: ATTEMPT_CAP }),
    );
  }

  /**
   * In the background, one coupon after the other however many texts arrive at once: all that wait for this coupon. What
   * fails here is looked at again when it is due.
   */
  ofCoupon(text: ArrivedText): void {
    const key = `${text.tenantId}/${text.couponId}`;
    const before = this.#arrived.get(key);
    if (before === undefined || before.version < text.version) this.#arrived.set(key, text);
    if (!this.#lettingOut) void this.#letOut();
  }

  async #letOut(): Promise<void> {
    this.#lettingOut = true;
    // What arrives meanwhile is visited, too.
    for (const [key, text] of this.#arrived) {
      this.#arrived.delete(key);
      if (this.#stopping) continue;
      await this.#drain((tx) => this.pending.claimForCoupon(tx, text, CHUNK, LEASE_MS)).catch(
        (err: unknown) =>
          this.log.warn({ err, couponId: text.couponId }, 'waiting messages are left to the next look'),
      );
    }
    this.#lettingOut = false;
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

  /** One that fails must not keep the others: its lease ends and it is tried again, until it is parked. */
  async #attempt(message: ClaimedMessage): Promise<void> {
    try {
      await this.finish.run(message);
    } catch (err) {
      const { redemptionId, attempts } = message;
      this.log.error({ err, redemptionId, attempts }, 'a waiting message could not be finished');
      if (classifyError(err) === 'infrastructure') await this.#giveBack(message);
    }
  }

  /** A server was away: that is not held against the message. If even this fails, its lease ends. */
  async #giveBack(message: ClaimedMessage): Promise<void> {
    const { lateReported } = message;
    const terms = { lookAgainInMs: LEASE_MS, counted: false, lateReported };
    await this.database
      .acrossTenants((tx) => this.pending.postpone(tx, message, terms))
      .catch((err: unknown) => this.log.warn({ err }, 'a waiting message is left to the end of its lease'));
  }
}
