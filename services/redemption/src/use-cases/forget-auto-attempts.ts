import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '#platform';
import { AutoAttemptStore } from '../store/auto-attempt.store.js';
import { TenantJobStore } from '../store/tenant-job.store.js';

const LEASE_SECONDS = 300;
const REST_SECONDS = 3_600;
const AT_ONCE = 1_000;
/** As long as facts of grants may come again, and stored answers are kept. */
const DAYS = 30;

/**
 * Forgets the attempts of coupons that have been finished for 30 days. While a coupon lives they stay, redeemed and closed
 * ones too: the row is what a repeated grant finds, however late, and stored answers are kept for 30 days only.
 */
@Injectable()
export class ForgetAutoAttempts {
  private readonly owner = randomUUID();

  constructor(
    private readonly database: TenantDatabase,
    private readonly tenantJobs: TenantJobStore,
    private readonly attempts: AutoAttemptStore,
  ) {}

  /** One turn for each tenant that is due. @param mayGoOn asked between chunks */
  async run(mayGoOn: () => boolean): Promise<void> {
    while (mayGoOn()) {
      const tenantId = await this.database.acrossTenants((tx) =>
        this.tenantJobs.claim(tx, 'forget-auto', this.owner, LEASE_SECONDS),
      );
      if (tenantId === undefined) return;
      while (mayGoOn() && (await this.some(tenantId)) === AT_ONCE);
      await this.database.acrossTenants((tx) =>
        this.tenantJobs.rest(tx, 'forget-auto', tenantId, this.owner, REST_SECONDS),
      );
    }
  }

  private some(tenantId: string): Promise<number> {
    return this.database.transaction(tenantId, (tx) => this.attempts.forget(tx, tenantId, DAYS, AT_ONCE));
  }
}
