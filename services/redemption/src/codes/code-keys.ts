import { hkdfSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RedemptionConfig } from '../config.js';

const SALT = 'octopus-coupons/codes/v1';
const KEY_BYTES = 32;

/** What a key is of; each kind has its own parts, written into the derivation in this order. */
export type KeyPurpose =
  | {
      readonly kind: 'pass';
      readonly tenantId: string;
      readonly couponId: string;
      readonly userId: string;
      /** Base64url of 4 bytes. */
      readonly deviceTag: string;
    }
  | {
      readonly kind: 'screen';
      readonly tenantId: string;
      readonly couponId: string;
      readonly cashierId: string;
      readonly storeId: string;
      /** The first step at which the key is over. */
      readonly until: number;
    }
  | { readonly kind: 'printed'; readonly tenantId: string; readonly couponId: string }
  | { readonly kind: 'evidence' };

/** Keys are derived, never stored (docs/qr-codes.md). Everything that tells two holders apart is in the derivation. */
@Injectable()
export class CodeKeys {
  /** The present one first. */
  private readonly secrets: readonly string[];

  constructor({ REDEMPTION_CODE_SECRET, REDEMPTION_CODE_SECRET_BEFORE }: RedemptionConfig) {
    const before = REDEMPTION_CODE_SECRET_BEFORE === undefined ? [] : [REDEMPTION_CODE_SECRET_BEFORE];
    this.secrets = [REDEMPTION_CODE_SECRET, ...before];
  }

  /** 32 bytes, for signing what is new. */
  present(purpose: KeyPurpose): Uint8Array<ArrayBuffer> {
    return derived(this.secrets[0] ?? '', purpose);
  }

  /** Every key under which something may have been signed that is still good. */
  accepted(purpose: KeyPurpose): Uint8Array<ArrayBuffer>[] {
    return this.secrets.map((secret) => derived(secret, purpose));
  }
}

function derived(secret: string, purpose: KeyPurpose): Uint8Array<ArrayBuffer> {
  const info = partsOf(purpose).join('|');
  return new Uint8Array(hkdfSync('sha256', secret, SALT, info, KEY_BYTES));
}

/** None of the parts can hold a `|`. */
function partsOf(purpose: KeyPurpose): (string | number)[] {
  switch (purpose.kind) {
    case 'pass':
      return ['pass', purpose.tenantId, purpose.couponId, purpose.userId, purpose.deviceTag];
    case 'screen':
      return [
        'screen',
        purpose.tenantId,
        purpose.couponId,
        purpose.cashierId,
        purpose.storeId,
        purpose.until,
      ];
    case 'printed':
      return ['printed', purpose.tenantId, purpose.couponId];
    case 'evidence':
      return ['evidence'];
  }
}
