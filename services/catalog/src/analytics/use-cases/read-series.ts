import type { AnalyticsSeries, SeriesPoint, SeriesQuery } from '#contracts';
import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { DatabaseClock } from '../../store/database-clock.js';
import { type Period, periodsOf } from '../domain/periods.js';
import { seriesRange } from '../domain/series-range.js';
import { FiguresStore, type PeriodCounts } from '../store/figures.store.js';
import { ReadTotals } from './read-totals.js';

const nothing: PeriodCounts = { redemptions: 0, voided: 0, impressions: 0, refusals: 0, granted: 0 };

@Injectable()
export class ReadSeries {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly read: ReadTotals,
    private readonly figures: FiguresStore,
  ) {}

  /**
   * What happened to a coupon in the hours or days of its channel, also in those in which nothing did.
   * @throws ProblemError coupon_not_found, or invalid_request for a range that cannot be
   */
  run(principal: Principal, couponId: string, query: SeriesQuery): Promise<AnalyticsSeries> {
    const { tenantId } = principal;
    return this.database.read(tenantId, async (tx) => {
      const { timeZone } = await this.read.find(tx, principal, couponId);
      const range = rangeOf(query, await this.clock.now(tx));
      const periods = periodsOf(range, query.by, timeZone);
      const counts = await this.figures.series(tx, tenantId, couponId, periods);
      const items = periods.map((period, place) => pointOf(period, counts.get(place) ?? nothing));
      return { couponId, timeZone, by: query.by, items };
    });
  }
}

function rangeOf(query: SeriesQuery, now: Date): Period {
  const range = seriesRange(query, now.getTime());
  if (!('field' in range)) return range;
  const { field, message } = range;
  throw new ProblemError('invalid_request', { errors: [{ pointer: `query/${field}`, message }] });
}

function pointOf({ from, to }: Period, counts: PeriodCounts): SeriesPoint {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...counts };
}
