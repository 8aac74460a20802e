import type { PutPartnerBody } from '#contracts';
import { type Principal, SubmittedFacts } from '#platform';
import { Injectable } from '@nestjs/common';

@Injectable()
export class PutPartner {
  constructor(private readonly facts: SubmittedFacts) {}

  /** @returns id of the fact that tells of this revision, or of the newer one that stands already */
  async run({ tenantId }: Principal, partnerId: string, body: PutPartnerBody): Promise<{ eventId: string }> {
    const { revision, ...partner } = body;
    const eventId = await this.facts.submit(
      {
        topic: 'platform.partner.v1',
        name: 'partner-changed',
        tenantId,
        key: partnerId,
        subject: `partner/${partnerId}`,
        revision,
      },
      () => ({ partnerId, ...partner }),
    );
    return { eventId };
  }
}
