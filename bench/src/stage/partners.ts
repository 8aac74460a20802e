import { newId, type TestDatabase } from '#testkit';
import type { BenchIssuer } from './bench-issuer.js';
import type { People } from './people.js';

export const RESOURCE = 'MB';
/** More than all runs together can spend. */
export const PLENTY = 1_000_000_000;

export interface RichPartner {
  readonly partnerId: string;
  readonly priceName: string;
  readonly bonusName: string;
}

export interface Till {
  readonly partnerId: string;
  /** Of the cashier. */
  readonly token: string;
}

/** What coupons beyond the lean ones stand on, put into redemption's tables past Kafka. */
export class Partners {
  private richPartner: Promise<RichPartner> | undefined;
  private tillOfPartner: Promise<Till> | undefined;

  constructor(
    private readonly database: TestDatabase,
    private readonly issuer: BenchIssuer,
    private readonly people: People,
  ) {}

  /** Everybody has points of one of its names, and it has add-on units. */
  rich(): Promise<RichPartner> {
    return (this.richPartner ??= this.makeRich());
  }

  /** A store with a cashier. */
  till(): Promise<Till> {
    return (this.tillOfPartner ??= this.makeTill());
  }

  private async makeRich(): Promise<RichPartner> {
    const [partnerId, priceName, bonusName] = [newId(), newId(), newId()];
    const { tenantId, userIds } = this.people;
    for (const pointNameId of [priceName, bonusName])
      await this.write(
        `INSERT INTO point_name (tenant_id, point_name_id, revision, partner_id, name) VALUES ($1, $2, 1, $3, 'coin')`,
        [tenantId, pointNameId, partnerId],
      );
    await this.write(
      `INSERT INTO point_entry (tenant_id, user_id, entry_id, point_name_id, amount, balance, revision, cause, booked_at)
       SELECT $1, u, gen_random_uuid(), $2, $4, $4, 1, '{"kind":"earned"}', now() FROM unnest($3::uuid[]) u`,
      [tenantId, priceName, userIds, PLENTY],
    );
    await this.write(
      `INSERT INTO point_balance (tenant_id, user_id, point_name_id, balance, revision)
       SELECT $1, u, $2, $4, 1 FROM unnest($3::uuid[]) u`,
      [tenantId, priceName, userIds, PLENTY],
    );
    await this.write(
      `INSERT INTO addon_balance (tenant_id, partner_id, resource, units, revision) VALUES ($1, $2, $3, $4, 1)`,
      [tenantId, partnerId, RESOURCE, PLENTY],
    );
    return { partnerId, priceName, bonusName };
  }

  private async makeTill(): Promise<Till> {
    const [partnerId, storeId, cashierId] = [newId(), newId(), newId()];
    const { tenantId } = this.people;
    await this.write(
      `INSERT INTO store (tenant_id, store_id, revision, partner_id, name) VALUES ($1, $2, 1, $3, 'Ilica 1')`,
      [tenantId, storeId, partnerId],
    );
    await this.write(
      `INSERT INTO cashier (tenant_id, cashier_id, revision, partner_id, display_name, store_ids)
       VALUES ($1, $2, 1, $3, 'Marko', $4)`,
      [tenantId, cashierId, partnerId, [storeId]],
    );
    const token = this.issuer.token({
      role: 'cashier',
      tenant: tenantId,
      sub: cashierId,
      partner: partnerId,
      store: storeId,
    });
    return { partnerId, token };
  }

  private async write(sql: string, values: unknown[]): Promise<void> {
    await this.database.rows(this.people.tenantId, sql, values);
  }
}
