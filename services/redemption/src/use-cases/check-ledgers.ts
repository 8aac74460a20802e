import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TenantDatabase } from '#platform';
import { type AccountCheckedSoFar, AddonCheckStore } from '../store/addon-check.store.js';
import { type BalanceKey, LedgerCheckStore, type LedgerSum } from '../store/ledger-check.store.js';
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
    const piece = await this.read(tenantId, (tx) => this.points.next(tx, tenantId));
    const sums = piece.isLong
      ? await Promise.all(piece.keys.map((key) => this.longSum(tenantId, key)))
      : await this.read(tenantId, (tx) => this.points.sums(tx, tenantId, piece.keys));
    for (const { userId, pointNameId, balance, entries } of sums.filter(isWrong))
      this.drift.report('ledger', tenantId, { userId, pointNameId, balance, entries });
    await this.database.transaction(tenantId, (tx) => this.points.goOnFrom(tx, tenantId, piece.until));
    return piece.until === null;
  }

  /** In pieces; anew where an entry came late among those that were counted, before anybody is alarmed. */
  private async longSum(tenantId: string, key: BalanceKey): Promise<LedgerSum> {
    const sum = await this.sumInPieces(tenantId, key);
    return isWrong(sum) ? this.sumInPieces(tenantId, key) : sum;
  }

  private async sumInPieces(tenantId: string, key: BalanceKey): Promise<LedgerSum> {
    let soFar = this.points.fromTheFirst(key);
    for (;;) {
      const further = await this.read(tenantId, (tx) => this.points.countOn(tx, tenantId, soFar));
      if (further === undefined) break;
      soFar = further;
    }
    return this.read(tenantId, (tx) => this.points.sum(tx, tenantId, soFar));
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
      const further = await this.read(tenantId, (tx) => this.addons.countOn(tx, tenantId, account));
      if (further === undefined) break;
      account = further;
    }
    return this.read(tenantId, (tx) => this.addons.count(tx, tenantId, account));
  }

  private read<T>(tenantId: string, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.pace.run(() => this.database.read(tenantId, work));
  }
}

function isWrong({ balance, revision, entries, booked }: LedgerSum): boolean {
  return balance !== entries || revision !== booked;
}
