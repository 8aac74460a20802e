import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '#platform';
import { ReadSlots } from './read-slots.js';

/** Whose pass it is. `deviceTag`: 32 bits, signed. */
export interface PassHolder {
  readonly couponId: string;
  readonly userId: string;
  readonly deviceTag: number;
}

/** What has to be known of a code before it is handed to the protocol: one round trip each (till-functions). */
@Injectable()
export class TillStore {
  constructor(
    private readonly database: TenantDatabase,
    private readonly slots: ReadSlots,
  ) {}

  /** The account of a cashier who works at the store; undefined when the directory does not list them there. */
  async accountOfCashier(tenantId: string, cashierId: string, storeId: string): Promise<string | undefined> {
    const { rows } = await this.slots.run(() =>
      this.database.pool.query<{ account: string | null }>({
        name: 'cashier_account',
        text: 'SELECT cashier_account($1, $2, $3) AS account',
        values: [tenantId, cashierId, storeId],
      }),
    );
    return rows[0]?.account ?? undefined;
  }

  /** @param reference the first 5 bytes of a typed code */
  async passesByReference(tenantId: string, reference: Uint8Array): Promise<PassHolder[]> {
    const { rows } = await this.slots.run(() =>
      this.database.pool.query<{ holders: [string, string, number][] }>({
        name: 'passes_by_reference',
        text: 'SELECT passes_by_reference($1, $2) AS holders',
        values: [tenantId, Buffer.from(reference)],
      }),
    );
    return (rows[0]?.holders ?? []).map(([couponId, userId, deviceTag]) => ({ couponId, userId, deviceTag }));
  }
}
