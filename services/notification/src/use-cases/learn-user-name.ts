import { Injectable } from '@nestjs/common';
import type { User } from '#contracts';
import type { EventContext } from '#platform';
import { KnownTextStore } from '../store/known-text.store.js';

/** Keeps how the user is addressed; of a removed account only that it is gone. */
@Injectable()
export class LearnUserName {
  constructor(private readonly texts: KnownTextStore) {}

  async run({ tx, tenantId }: EventContext, user: User, revision: number): Promise<void> {
    const name = user.removed ? null : user.displayName;
    await this.texts.putUserName(tx, tenantId, user.userId, { name, revision });
  }
}
