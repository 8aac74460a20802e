import type { OfferedTriggerView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { TriggerStore } from '../store/trigger.store.js';
import { cutPage, oneMore, type Page, type PageRequest } from './page.js';

@Injectable()
export class ListOfferedTriggers {
  constructor(
    private readonly database: TenantDatabase,
    private readonly triggers: TriggerStore,
  ) {}

  /** The triggers that owners may pick, by id. */
  run({ tenantId }: Principal, page: PageRequest<string>): Promise<Page<OfferedTriggerView>> {
    return this.database.read(tenantId, async (tx) =>
      cutPage(await this.triggers.listOffered(tx, tenantId, oneMore(page)), page.limit),
    );
  }
}
