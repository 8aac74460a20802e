import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '#platform';
import { type AccountCheckedSoFar, AddonCheckStore } from '../store/addon-check.store.js';
import { LedgerCheckStore } from '../store/ledger-check.store.js';
import { Drift } from './drift.js';
import { Pace } from './pace.js';

const ACCOUNTS_AT_A_TIME = 20;

/** Proves that balances of points, and accounts of add-on units, are what their entries add up to. */
@Injectable()
export class CheckLedgers {
  private readonly pace = new Pace();

  constructor(
    private readonly database: TenantDatabase,
    private readonly points: LedgerCheckStore,
    private readonly addons: AddonCheckStore,
    private readonly drift: Drift,
  ) {}

  /** The next piece of the tenant's balances, round and round. @returns whether the round is over */
  async checkPoints(tenantId: string): Promise<boolean> {
    const { wrong, isRoundOver } = await this.pace.run(() =>
      this.database.transaction(tenantId, (tx) => this.points.checkNext(tx, tenantId)),
    );
    for (const balance of wrong) this.drift.report('ledger', tenantId, balance);
    return isRoundOver;
  }

  /** Some of the accounts that have changed since they were proven. @returns how many were looked at */
  async checkAddons(tenantId: string): Promise<number> {
    const accounts = await this.database.read(tenantId, (tx) =>
      this.addons.unchecked(tx, tenantId, ACCOUNTS_AT_A_TIME),
    );
    for (const account of accounts) await this.checkAccount(tenantId, account);
    return accounts.length;
  }

  private async checkAccount(tenantId: string, account: AccountCheckedSoFar): Promise<void> {
    let count = await this.sum(tenantId, account);
    // An entry that came late among those counted for good: counted anew before anybody is alarmed.
    if (count.entries !== count.units && account.counted !== '0')
      count = await this.sum(tenantId, { ...account, ...this.addons.fromTheFirst });
    if (count.entries !== count.units) this.drift.report('addons', tenantId, count);
    await this.database.transaction(tenantId, (tx) => this.addons.mark(tx, tenantId, count));
  }

  private async sum(tenantId: string, from: AccountCheckedSoFar) {
    let account = from;
    for (;;) {
      const further = await this.pace.run(() =>
        this.database.read(tenantId, (tx) => this.addons.countOn(tx, tenantId, account)),
      );
      if (further === undefined) break;
      account = further;
    }
    return this.pace.run(() =>
      this.database.read(tenantId, (tx) => this.addons.count(tx, tenantId, account)),
    );
  }
}
