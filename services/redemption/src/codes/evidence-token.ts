import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CodeKeys } from './code-keys.js';

/** Bytes: the redemption's id, the milliseconds of its commit, the signature. */
const [ID, INSTANT, SIGNATURE] = [16, 6, 16];

/** Which redemption a token is of. Whose it is, the redemption's own row says. */
export interface EvidenceOf {
  readonly redemptionId: string;
  readonly redeemedAt: Date;
}

/** Tokens that open the evidence of a time-based redemption again (T3): nothing is stored for them. */
@Injectable()
export class EvidenceTokens {
  private readonly key: Uint8Array;
  private readonly accepted: readonly Uint8Array[];

  constructor(keys: CodeKeys) {
    this.key = keys.present({ kind: 'evidence' });
    this.accepted = keys.accepted({ kind: 'evidence' });
  }

  /**
   * 51 characters of base64url, the same whenever it is asked for under the same secret.
   * @param redeemedAt RFC 3339, as the redemption's view has it
   */
  tokenFor(redemptionId: string, redeemedAt: string): string {
    const body = Buffer.alloc(ID + INSTANT);
    body.write(redemptionId.replaceAll('-', ''), 'hex');
    body.writeUIntBE(Date.parse(redeemedAt), ID, INSTANT);
    return Buffer.concat([body, signatureOf(this.key, body)]).toString('base64url');
  }

  /** undefined: the token is none of ours. */
  read(token: string): EvidenceOf | undefined {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== ID + INSTANT + SIGNATURE || bytes.toString('base64url') !== token) return undefined;
    const [body, signature] = [bytes.subarray(0, ID + INSTANT), bytes.subarray(ID + INSTANT)];
    const isOurs = this.accepted.some((key) => timingSafeEqual(signatureOf(key, body), signature));
    if (!isOurs) return undefined;
    const hex = body.toString('hex', 0, ID);
    const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
    return { redemptionId: id.join('-'), redeemedAt: new Date(body.readUIntBE(ID, INSTANT)) };
  }
}

function signatureOf(key: Uint8Array, body: Buffer): Buffer {
  return createHmac('sha256', key).update(body).digest().subarray(0, SIGNATURE);
}
