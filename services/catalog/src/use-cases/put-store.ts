import type { PutStoreBody } from '#contracts';
import { type Principal, SubmittedFacts } from '#platform';
import { Injectable } from '@nestjs/common';

@Injectable()
export class PutStore {
  constructor(private readonly facts: SubmittedFacts) {}

  /** @returns id of the fact that tells of this revision, or of the newer one that stands already */
  async run({ tenantId }: Principal, storeId: string, body: PutStoreBody): Promise<{ eventId: string }> {
    const { revision, ...store } = body;
    const eventId = await this.facts.submit(
      {
        topic: 'platform.partner.v1',
        name: 'store-changed',
        tenantId,
        key: storeId,
        subject: `store/${storeId}`,
        revision,
      },
      () => ({ storeId, ...store }),
    );
    return { eventId };
  }
}
