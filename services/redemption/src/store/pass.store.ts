import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface NewPass {
  readonly couponId: string;
  readonly userId: string;
  readonly deviceId: string;
  /** 32 bits, signed. */
  readonly deviceTag: number;
  readonly validUntil: Date;
  /** What typed codes name it by: 5 bytes. */
  readonly reference: Uint8Array;
}

/** Who may show codes for a coupon, and from which device. */
@Injectable()
export class PassStore {
  /** One per coupon and user: the device fetched last holds it. What has been used up stays used up. */
  async put(tx: EntityManager, tenantId: string, pass: NewPass): Promise<void> {
    await this.write(tx, tenantId, pass, '');
  }

  /** If another device has fetched it since; what this device holds by now is not older and stays as it is. */
  async bringBack(tx: EntityManager, tenantId: string, pass: NewPass): Promise<void> {
    await this.write(tx, tenantId, pass, 'WHERE p.device_id <> excluded.device_id');
  }

  private async write(tx: EntityManager, tenantId: string, pass: NewPass, condition: string): Promise<void> {
    const { couponId, userId, deviceId, deviceTag, validUntil, reference } = pass;
    await tx.query(
      `INSERT INTO pass AS p (tenant_id, coupon_id, user_id, device_id, device_tag, valid_until, reference)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (tenant_id, coupon_id, user_id) DO UPDATE
         SET device_id = excluded.device_id, device_tag = excluded.device_tag,
             valid_until = excluded.valid_until, reference = excluded.reference
       ${condition}`,
      [tenantId, couponId, userId, deviceId, deviceTag, validUntil, Buffer.from(reference)],
    );
  }
}
