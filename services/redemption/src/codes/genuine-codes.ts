import { Injectable } from '@nestjs/common';
import {
  type Code,
  type PassCode,
  type ReadCode,
  sameBytes,
  signatureOf,
  stepAt,
  stepNear,
  type TypedCode,
  typedSignatureOf,
} from '#qr-codes';
import { Clock } from '#platform';
import { TillStore } from '../store/till.store.js';
import { CodeKeys, type KeyPurpose } from './code-keys.js';
import { deviceTagText } from './device-tag.js';

/** Somebody who holds no pass: a typed code that names nobody costs as much work as one that names somebody. */
const nobody = {
  couponId: '00000000-0000-7000-8000-000000000000',
  userId: '00000000-0000-7000-8000-000000000000',
  deviceTag: 0,
};

/**
 * Tells codes that were made with a key of ours, for this tenant, from all others. Asks nothing that depends on whether
 * the coupon exists.
 */
@Injectable()
export class GenuineCodes {
  constructor(
    private readonly keys: CodeKeys,
    private readonly till: TillStore,
    private readonly clock: Clock,
  ) {}

  /** undefined: not genuine. */
  async scanned(tenantId: string, { code, signature }: ReadCode): Promise<Code | undefined> {
    let isGenuine = false;
    for (const key of this.keys.accepted(purposeOf(tenantId, code))) {
      if (sameBytes(await signatureOf(key, code), signature)) isGenuine = true;
    }
    return isGenuine ? code : undefined;
  }

  /** The pass code that was meant; undefined: not genuine, or of a pass that has moved. */
  async typed(
    tenantId: string,
    { reference, stepByte, signature }: TypedCode,
  ): Promise<PassCode | undefined> {
    const holders = await this.till.passesByReference(tenantId, reference);
    const step = stepNear(stepAt(this.clock.now().getTime()), stepByte);
    let found: PassCode | undefined;
    for (const holder of holders.length === 0 ? [nobody] : holders) {
      const code: PassCode = { kind: 'pass', ...holder, deviceTag: deviceTagText(holder.deviceTag), step };
      for (const key of this.keys.accepted(purposeOf(tenantId, code))) {
        if (sameBytes(await typedSignatureOf(key, code), signature)) found = code;
      }
    }
    return holders.length === 0 ? undefined : found;
  }
}

function purposeOf(tenantId: string, code: Code): KeyPurpose {
  const { couponId } = code;
  switch (code.kind) {
    case 'pass':
      return { kind: 'pass', tenantId, couponId, userId: code.userId, deviceTag: code.deviceTag };
    case 'screen':
      return {
        kind: 'screen',
        tenantId,
        couponId,
        cashierId: code.cashierId,
        storeId: code.storeId,
        until: code.until,
      };
    case 'printed':
      return { kind: 'printed', tenantId, couponId };
  }
}
