import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '#platform';
import { ReminderSentStore } from '../store/reminder-sent.store.js';
import { TenantJobStore } from '../store/tenant-job.store.js';

const LEASE_SECONDS = 300;
const REST_SECONDS = 3_600;
const AT_ONCE = 1_000;
/** As long as a cohort may be told again, or be behind. */
const DAYS = 35;

/**
 * Forgets who was reminded of coupons that have been finished for 35 days: nobody can be reminded of those any more. While a
 * coupon lives the rows stay, as its end may be moved and nobody is reminded twice.
 */
@Injectable()
export class ForgetReminders {
  private readonly owner = randomUUID();

  constructor(
    private readonly database: TenantDatabase,
    private readonly tenantJobs: TenantJobStore,
    private readonly sent: ReminderSentStore,
  ) {}

  /** One turn for each tenant that is due. @param mayGoOn asked between chunks */
  async run(mayGoOn: () => boolean): Promise<void> {
    while (mayGoOn()) {
      const tenantId = await this.database.acrossTenants((tx) =>
        this.tenantJobs.claim(tx, 'forget-reminders', this.owner, LEASE_SECONDS),
      );
      if (tenantId === undefined) return;
      while (mayGoOn() && (await this.some(tenantId)) === AT_ONCE);
      await this.database.acrossTenants((tx) =>
        this.tenantJobs.rest(tx, 'forget-reminders', tenantId, this.owner, REST_SECONDS),
      );
    }
  }

  private some(tenantId: string): Promise<number> {
    return this.database.transaction(tenantId, (tx) => this.sent.forget(tx, tenantId, DAYS, AT_ONCE));
  }
}
