import { Injectable } from '@nestjs/common';
import type { PutPointsEarnedBody } from '#contracts';
import { Outbox, ProblemError, TenantDatabase } from '#platform';
import { whyTooOld } from '../domain/source-age.js';
import { DatabaseClock } from '../store/database-clock.js';

/**
 * Earned points that are put in over HTTP go to their topic and are booked when they come back. They are no state: sent twice
 * they are on the topic twice, and booked once by the earning's own id.
 */
@Injectable()
export class SubmitEarning {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @returns id of the fact
   * @throws ProblemError invalid_request: it is too old
   */
  run(tenantId: string, earningId: string, body: PutPointsEarnedBody): Promise<string> {
    return this.database.transaction(tenantId, async (tx) => {
      const now = await this.clock.now(tx);
      const tooOld = whyTooOld(body.earnedAt, now);
      if (tooOld !== undefined)
        throw new ProblemError('invalid_request', { errors: [{ pointer: '/earnedAt', message: tooOld }] });
      return this.outbox.add(tx, {
        topic: 'platform.points-earned.v1',
        name: 'points-earned',
        tenantId,
        key: body.userId,
        subject: `earning/${earningId}`,
        time: now.toISOString(),
        data: { earningId, ...body },
      });
    });
  }
}
