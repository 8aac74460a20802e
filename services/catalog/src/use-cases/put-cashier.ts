import type { PutCashierBody } from '#contracts';
import { type Principal, SubmittedFacts } from '#platform';
import { Injectable } from '@nestjs/common';

@Injectable()
export class PutCashier {
  constructor(private readonly facts: SubmittedFacts) {}

  /** @returns id of the fact that tells of this revision, or of the newer one that stands already */
  async run({ tenantId }: Principal, cashierId: string, body: PutCashierBody): Promise<{ eventId: string }> {
    const { revision, ...cashier } = body;
    const eventId = await this.facts.submit(
      {
        topic: 'platform.partner.v1',
        name: 'cashier-changed',
        tenantId,
        key: cashierId,
        subject: `cashier/${cashierId}`,
        revision,
      },
      () => ({ cashierId, ...cashier }),
    );
    return { eventId };
  }
}
