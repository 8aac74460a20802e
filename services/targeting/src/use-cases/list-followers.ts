import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '#platform';
import { type Follower, FollowerStore } from '../store/follower.store.js';

export interface FollowersPage {
  followers: Follower[];
  /** Last user of the page, when there are more behind. */
  next: string | null;
}

/** One page of a channel's present followers, in the order of their user ids. */
@Injectable()
export class ListFollowers {
  constructor(
    private readonly database: TenantDatabase,
    private readonly store: FollowerStore,
  ) {}

  async run(
    tenantId: string,
    channelId: string,
    { afterUserId, limit }: { afterUserId: string | null; limit: number },
  ): Promise<FollowersPage> {
    const found = await this.database.read(tenantId, (tx) =>
      this.store.page(tx, tenantId, channelId, { afterUserId, limit: limit + 1 }),
    );
    const followers = found.slice(0, limit);
    const next = found.length > limit ? (followers.at(-1)?.userId ?? null) : null;
    return { followers, next };
  }
}
