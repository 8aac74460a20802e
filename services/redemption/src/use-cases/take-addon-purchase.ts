import { Injectable } from '@nestjs/common';
import type { EventData } from '#contracts';
import { type EventContext, newUuid } from '#platform';
import { whyTooOld } from '../domain/source-age.js';
import { AddonStore } from '../store/addon.store.js';
import { DatabaseClock } from '../store/database-clock.js';

/** An account bought units: booked once per purchase, under whatever event id it comes. */
@Injectable()
export class TakeAddonPurchase {
  constructor(
    private readonly addons: AddonStore,
    private readonly clock: DatabaseClock,
  ) {}

  /** @throws Error when it is too old, or the account would hold more than can be counted (dead letter) */
  async run(
    { tx, tenantId }: EventContext,
    purchase: EventData<'platform.addon.v1', 'addon-purchased'>,
  ): Promise<void> {
    const { purchaseId, purchasedAt } = purchase;
    if (!(await this.addons.takeSource(tx, tenantId, purchaseId, purchasedAt))) return;
    const tooOld = whyTooOld(purchasedAt, await this.clock.now(tx));
    if (tooOld !== undefined) throw new Error(`purchasedAt ${purchasedAt} ${tooOld}`);
    if (await this.addons.purchase(tx, tenantId, newUuid(), purchase)) return;
    const { units, resource } = purchase.bought;
    throw new Error(
      `${units} ${resource} more are past what can be counted for account ${purchase.partnerId}`,
    );
  }
}
