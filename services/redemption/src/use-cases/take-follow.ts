import { Injectable } from '@nestjs/common';
import type { Follow } from '#contracts';
import type { EventContext } from '#platform';
import { FollowStore } from '../store/follow.store.js';

/** Somebody follows a channel, or does no longer. */
@Injectable()
export class TakeFollow {
  constructor(private readonly follows: FollowStore) {}

  run({ tx, tenantId }: EventContext, follow: Follow, revision: number): Promise<void> {
    return this.follows.put(tx, tenantId, follow, revision);
  }
}
