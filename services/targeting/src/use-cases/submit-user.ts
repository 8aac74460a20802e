import { Injectable } from '@nestjs/common';
import type { PutUserBody } from '#contracts';
import { SubmittedFacts } from '#platform';

@Injectable()
export class SubmitUser {
  constructor(private readonly facts: SubmittedFacts) {}

  /** @returns id of the fact that tells of this revision, or of the newer one that stands already */
  run(tenantId: string, userId: string, { revision, ...user }: PutUserBody): Promise<string> {
    return this.facts.submit(
      {
        topic: 'platform.user.v1',
        name: 'user-changed',
        tenantId,
        key: userId,
        subject: `user/${userId}`,
        revision,
      },
      () => ({ userId, ...user }),
    );
  }
}
