import { Injectable } from '@nestjs/common';
import type { User } from '#contracts';
import type { EventContext } from '#platform';
import { AppUserStore } from '../store/app-user.store.js';

/** Somebody signed up, moved to another zone or left. */
@Injectable()
export class TakeUser {
  constructor(private readonly users: AppUserStore) {}

  run({ tx, tenantId }: EventContext, user: User, revision: number): Promise<void> {
    return this.users.put(tx, tenantId, user, revision);
  }
}
