import { type CouponStatus, type Recurrence, windows } from '#contracts';
import { statusAt } from '../../domain/life-cycle.js';

export interface Timed {
  readonly status: CouponStatus;
  readonly startAt: Date | null;
  readonly endAt: Date | null;
  readonly timeZone: string;
  readonly recurrence: Recurrence | null;
}

export interface Openness {
  /** As `now` implies it, whether or not the scheduler's fact has come. */
  readonly status: CouponStatus;
  /** When the next window opens; null = one is open, or none comes any more, or the coupon is paused. */
  readonly opensAt: Date | null;
  /** It is out, but no window is left until its end. */
  readonly isPast: boolean;
}

/** Whether the coupon can be redeemed at `now`, as far as time says (W2). */
export function opennessAt(coupon: Timed, now: Date): Openness {
  const status = statusAt(coupon, now);
  if (status !== 'scheduled' && status !== 'active') return { status, opensAt: null, isPast: false };
  const { startAt, endAt, timeZone, recurrence } = coupon;
  const timeframe = {
    startAt: startAt?.toISOString() ?? null,
    endAt: endAt?.toISOString() ?? null,
    timeZone,
    recurrence,
  };
  const next = windows(timeframe, now.getTime(), 1).find(({ window }) => window !== null)?.window;
  if (!next) return { status, opensAt: null, isPast: true };
  const opensAt = next.opensAt === null ? null : new Date(next.opensAt);
  return { status, opensAt: opensAt !== null && opensAt > now ? opensAt : null, isPast: false };
}
