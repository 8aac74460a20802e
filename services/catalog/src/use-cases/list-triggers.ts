import type { TriggerView } from '#contracts';
import { type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { TriggerStore } from '../store/trigger.store.js';
import { cutPage, oneMore, type Page, type PageRequest } from './page.js';

@Injectable()
export class ListTriggers {
  constructor(
    private readonly database: TenantDatabase,
    private readonly triggers: TriggerStore,
  ) {}

  /** All triggers of the tenant, withdrawn ones, too, by id. */
  run({ tenantId }: Principal, page: PageRequest<string>): Promise<Page<TriggerView>> {
    return this.database.read(tenantId, async (tx) =>
      cutPage(await this.triggers.list(tx, tenantId, oneMore(page)), page.limit),
    );
  }
}
