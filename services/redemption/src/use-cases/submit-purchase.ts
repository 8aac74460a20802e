import { Injectable } from '@nestjs/common';
import type { PutAddonPurchaseBody } from '#contracts';
import { Outbox, ProblemError, TenantDatabase } from '#platform';
import { whyTooOld } from '../domain/source-age.js';
import { DatabaseClock } from '../store/database-clock.js';

/**
 * Bought units that are put in over HTTP go to their topic and are booked when they come back; twice on the topic, they are
 * booked once by the purchase's own id.
 */
@Injectable()
export class SubmitPurchase {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @returns id of the fact
   * @throws ProblemError invalid_request: it is too old
   */
  run(tenantId: string, purchaseId: string, body: PutAddonPurchaseBody): Promise<string> {
    return this.database.transaction(tenantId, async (tx) => {
      const now = await this.clock.now(tx);
      const tooOld = whyTooOld(body.purchasedAt, now);
      if (tooOld !== undefined)
        throw new ProblemError('invalid_request', { errors: [{ pointer: '/purchasedAt', message: tooOld }] });
      return this.outbox.add(tx, {
        topic: 'platform.addon.v1',
        name: 'addon-purchased',
        tenantId,
        key: body.partnerId,
        subject: `purchase/${purchaseId}`,
        time: now.toISOString(),
        data: { purchaseId, ...body },
      });
    });
  }
}
