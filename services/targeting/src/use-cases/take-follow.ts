import { Injectable } from '@nestjs/common';
import type { Follow } from '#contracts';
import type { EventContext } from '#platform';
import { FollowerStore } from '../store/follower.store.js';

/** Takes over who follows; a fact older than what is stored changes nothing. */
@Injectable()
export class TakeFollow {
  constructor(private readonly followers: FollowerStore) {}

  async run({ tx, tenantId }: EventContext, follow: Follow, revision: number): Promise<void> {
    await this.followers.put(tx, tenantId, { ...follow, revision });
  }
}
