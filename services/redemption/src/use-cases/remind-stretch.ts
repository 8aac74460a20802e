import { Injectable } from '@nestjs/common';
import { failpoint, type NewEvent, Outbox, TenantDatabase } from '#platform';
import type { EntityManager } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';
import { cohortOf, earlyPause, remindedOf, type ReminderCohort } from '../domain/reminder-cohort.js';
import { AppUserStore } from '../store/app-user.store.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { CouponReminderStore } from '../store/coupon-reminder.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { type KnownCandidate, ReminderCandidateStore } from '../store/reminder-candidate.store.js';
import { type ReminderRun, ReminderRunStore } from '../store/reminder-run.store.js';
import { ReminderSentStore } from '../store/reminder-sent.store.js';

/**
 * `early`: the version that the cohort was planned from has not been taken over yet; look again after so many milliseconds.
 * `vain`: nor was it until everything had expired that the cohort was to remind of.
 */
export type StretchOutcome =
  | { readonly kind: 'more' | 'through' | 'lost' | 'vain'; readonly reminded: number }
  | { readonly kind: 'early'; readonly pauseMs: number };

/** Seconds; many times what a stretch takes: a lease ends by itself only when its holder has died. */
export const LEASE_SECONDS = 30;

@Injectable()
export class RemindStretch {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly outbox: Outbox,
    private readonly facts: CouponFactsStore,
    private readonly terms: CouponReminderStore,
    private readonly users: AppUserStore,
    private readonly runs: ReminderRunStore,
    private readonly candidates: ReminderCandidateStore,
    private readonly sent: ReminderSentStore,
  ) {}

  /**
   * Goes on with a cohort by one stretch of its people. Who was reminded, the facts and how far the run has come commit
   * together: whoever dies in between has reminded nobody.
   */
  async run(run: ReminderRun, owner: string): Promise<StretchOutcome> {
    const { tenantId, couponId } = run;
    const coupon = await this.facts.coupon(tenantId, couponId);
    return this.database.transaction(tenantId, async (tx) => {
      const place = await this.runs.hold(tx, run, owner, LEASE_SECONDS);
      if (place === undefined) return { kind: 'lost', reminded: 0 };
      const terms = await this.terms.find(tx, tenantId, couponId);
      if (coupon === undefined || terms === undefined || terms.version < run.couponVersion)
        return this.waitOn(tx, run);
      // Read before the run was held: a snapshot that came in between has other terms than this coupon.
      if (coupon.version !== terms.version) return this.waitOn(tx, run);
      const timeZones = await this.users.timeZones(tx, tenantId);
      const cohort = cohortOf(coupon, terms, timeZones, run.dueAt.getTime());
      if (cohort === undefined) return this.end(tx, run, 0);
      const from = { place, channelZone: terms.timeZone };
      const { candidates, next } = await this.candidates.stretch(tx, coupon, cohort, from);
      const reminded = await this.remind(tx, coupon, cohort, candidates);
      await failpoint('redemption.reminders-written');
      if (next === null) return this.end(tx, run, reminded);
      await this.runs.goOn(tx, run, next);
      return { kind: 'more', reminded };
    });
  }

  private async waitOn(tx: EntityManager, run: ReminderRun): Promise<StretchOutcome> {
    const now = await this.clock.now(tx);
    const pauseMs = earlyPause(now.getTime() - run.dueAt.getTime());
    if (pauseMs !== undefined) return { kind: 'early', pauseMs };
    await this.runs.end(tx, run);
    return { kind: 'vain', reminded: 0 };
  }

  private async end(tx: EntityManager, run: ReminderRun, reminded: number): Promise<StretchOutcome> {
    await this.runs.end(tx, run);
    return { kind: 'through', reminded };
  }

  private async remind(
    tx: EntityManager,
    coupon: Coupon,
    cohort: ReminderCohort,
    candidates: readonly KnownCandidate[],
  ): Promise<number> {
    const now = await this.clock.now(tx);
    const expiries = new Map<KnownCandidate, number>();
    for (const candidate of candidates) {
      const expiry = remindedOf(coupon, cohort, candidate, now.getTime());
      if (expiry !== undefined) expiries.set(candidate, expiry);
    }
    const { tenantId, couponId } = coupon;
    const userIds = [...expiries.keys()].map(({ userId }) => userId);
    const ids = await this.sent.add(tx, { tenantId, couponId, at: now }, userIds);
    const facts = [...expiries].flatMap(([{ userId, timeZone }, expiry]) => {
      const reminderId = ids.get(userId);
      return reminderId === undefined
        ? []
        : [reminderFact(coupon, { reminderId, userId, timeZone, expiry, now })];
    });
    await this.outbox.addAll(tx, facts);
    return facts.length;
  }
}

interface Reminded {
  readonly reminderId: string;
  readonly userId: string;
  readonly timeZone: string;
  readonly expiry: number;
  readonly now: Date;
}

function reminderFact(
  { tenantId, couponId, channelId, version }: Coupon,
  { reminderId, userId, timeZone, expiry, now }: Reminded,
): NewEvent<'redemption.reminder.v1'> {
  const remindedAt = now.toISOString();
  return {
    topic: 'redemption.reminder.v1',
    name: 'expiring-soon',
    tenantId,
    key: userId,
    subject: `reminder/${reminderId}`,
    time: remindedAt,
    data: {
      reminderId,
      couponId,
      couponVersion: version,
      channelId,
      userId,
      validUntil: new Date(expiry).toISOString(),
      timeZone,
      remindedAt,
    },
  };
}
