import type { PutProgrammeBody } from '#contracts';
import { type Principal, SubmittedFacts } from '#platform';
import { Injectable } from '@nestjs/common';

@Injectable()
export class PutProgramme {
  constructor(private readonly facts: SubmittedFacts) {}

  /** @returns id of the fact that tells of this revision, or of the newer one that stands already */
  async run(
    { tenantId }: Principal,
    programmeId: string,
    body: PutProgrammeBody,
  ): Promise<{ eventId: string }> {
    const { revision, ...programme } = body;
    const eventId = await this.facts.submit(
      {
        topic: 'platform.loyalty.v1',
        name: 'programme-changed',
        tenantId,
        key: programmeId,
        subject: `programme/${programmeId}`,
        revision,
      },
      () => ({ programmeId, ...programme }),
    );
    return { eventId };
  }
}
