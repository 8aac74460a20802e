import { Injectable } from '@nestjs/common';
import type { User } from '#contracts';
import type { EventContext } from '#platform';
import { AppUserStore } from '../store/app-user.store.js';

/** Takes over a user's state; a fact older than what is stored changes nothing. */
@Injectable()
export class TakeUser {
  constructor(private readonly users: AppUserStore) {}

  async run({ tx, tenantId }: EventContext, user: User, revision: number): Promise<void> {
    await this.users.put(tx, tenantId, user, revision);
  }
}
