import { base64url, bytesOfBase64url, joined, uint32Bytes, uint32Of, uuidBytes, uuidOf } from './bytes.js';

/** What a user's phone shows (T1). */
export interface PassCode {
  readonly kind: 'pass';
  readonly couponId: string;
  readonly userId: string;
  /** Base64url of 4 bytes. */
  readonly deviceTag: string;
  /** 30-second steps since 1970, on the server's clock. */
  readonly step: number;
}

/** What the Partner app shows (T2). */
export interface ScreenCode {
  readonly kind: 'screen';
  readonly couponId: string;
  readonly cashierId: string;
  readonly storeId: string;
  /** The first step at which the key is over. */
  readonly until: number;
  readonly step: number;
}

/** What hangs on a wall (T2). */
export interface PrintedCode {
  readonly kind: 'printed';
  readonly couponId: string;
  /** Rises when the code is renewed; from 1. */
  readonly generation: number;
}

export type Code = PassCode | ScreenCode | PrintedCode;
export type CodeKind = Code['kind'];

/** "OC", the version of the format, the kind. Each character is of QR's alphanumeric mode. */
export const prefixes: Readonly<Record<CodeKind, string>> = {
  pass: 'OC1P:',
  screen: 'OC1S:',
  printed: 'OC1D:',
};

/** Bytes of the signature in a code that is scanned. */
export const SIGNATURE_BYTES = 16;

/** Bytes of a code before its signature, by kind. */
const bodyBytes: Readonly<Record<CodeKind, number>> = { pass: 40, screen: 56, printed: 20 };

export function kindOfLength(kind: CodeKind, length: number): boolean {
  return length === bodyBytes[kind] + SIGNATURE_BYTES;
}

/** A code's bytes without prefix and signature. @throws TypeError | RangeError on ids and numbers that do not fit */
export function bodyOf(code: Code): Uint8Array<ArrayBuffer> {
  const couponId = uuidBytes(code.couponId);
  switch (code.kind) {
    case 'pass':
      return joined(
        couponId,
        uuidBytes(code.userId),
        bytesOfBase64url(code.deviceTag, 4),
        uint32Bytes(code.step),
      );
    case 'screen':
      return joined(
        couponId,
        uuidBytes(code.cashierId),
        uuidBytes(code.storeId),
        uint32Bytes(code.until),
        uint32Bytes(code.step),
      );
    case 'printed':
      return joined(couponId, uint32Bytes(code.generation));
  }
}

/** The reverse of `bodyOf`, of bytes that are long enough. */
export function codeOf(kind: CodeKind, body: Uint8Array): Code {
  const couponId = uuidOf(body.subarray(0, 16));
  switch (kind) {
    case 'pass':
      return {
        kind,
        couponId,
        userId: uuidOf(body.subarray(16, 32)),
        deviceTag: base64url(body.subarray(32, 36)),
        step: uint32Of(body.subarray(36, 40)),
      };
    case 'screen':
      return {
        kind,
        couponId,
        cashierId: uuidOf(body.subarray(16, 32)),
        storeId: uuidOf(body.subarray(32, 48)),
        until: uint32Of(body.subarray(48, 52)),
        step: uint32Of(body.subarray(52, 56)),
      };
    case 'printed':
      return { kind, couponId, generation: uint32Of(body.subarray(16, 20)) };
  }
}
