import { bytesOfBase64url } from './bytes.js';
import type { PassCode } from './code.js';
import { KEY_BYTES, passReference, typedSignatureOf } from './signature.js';
import { signedCode } from './text-of-code.js';
import { encodeTypedCode } from './typed-code.js';

export const STEP_SECONDS = 30;
const STEP_MS = STEP_SECONDS * 1_000;

/** What `POST /v1/coupons/{couponId}/pass` answered, as far as codes need it. */
export interface Pass {
  readonly couponId: string;
  readonly userId: string;
  /** Base64url of 4 bytes. */
  readonly deviceTag: string;
  /** Base64url of 32 bytes. */
  readonly key: string;
}

/** What `POST /v1/coupons/{couponId}/screen-code` answered. */
export interface Screen {
  readonly couponId: string;
  readonly cashierId: string;
  readonly storeId: string;
  readonly key: string;
  /** RFC 3339; on the border of a step. */
  readonly validUntil: string;
}

export interface RotatingCode {
  /** To be shown as a QR code in alphanumeric mode. */
  readonly code: string;
  readonly step: number;
  /** On this device's own clock: milliseconds since 1970 at which the next code is due. */
  readonly changesAt: number;
}

export interface RotatingPassCode extends RotatingCode {
  /** The same for fingers, to be shown below the QR code. */
  readonly typed: string;
}

/** @param ms milliseconds since 1970 on the server's clock */
export function stepAt(ms: number): number {
  return Math.floor(ms / STEP_MS);
}

/**
 * The code to show now; works without the network.
 * @param nowMs the device's clock
 * @param clockOffsetMs the answer's `serverTime` less the device's clock when it arrived
 * @throws TypeError when the pass is not one
 */
export async function rotatingCode(
  pass: Pass,
  nowMs: number,
  clockOffsetMs: number,
): Promise<RotatingPassCode> {
  const { couponId, userId, deviceTag } = pass;
  const key = bytesOfBase64url(pass.key, KEY_BYTES);
  const step = stepAt(nowMs + clockOffsetMs);
  const code: PassCode = { kind: 'pass', couponId, userId, deviceTag, step };
  const [reference, signature] = await Promise.all([passReference(code), typedSignatureOf(key, code)]);
  return {
    code: await signedCode(key, code),
    typed: encodeTypedCode({ reference, stepByte: step & 0xff, signature }),
    step,
    changesAt: borderOf(step + 1) - clockOffsetMs,
  };
}

/** As `rotatingCode`, for the Partner app. */
export async function rotatingScreenCode(
  screen: Screen,
  nowMs: number,
  clockOffsetMs: number,
): Promise<RotatingCode> {
  const { couponId, cashierId, storeId } = screen;
  const step = stepAt(nowMs + clockOffsetMs);
  const until = stepAt(Date.parse(screen.validUntil));
  const key = bytesOfBase64url(screen.key, KEY_BYTES);
  const code = await signedCode(key, { kind: 'screen', couponId, cashierId, storeId, until, step });
  return { code, step, changesAt: borderOf(step + 1) - clockOffsetMs };
}

/** The step that ends in `stepByte` and is nearest to `present`. */
export function stepNear(present: number, stepByte: number): number {
  const distance = (stepByte - present) & 0xff;
  return present + (distance < 128 ? distance : distance - 256);
}

/** Milliseconds since 1970 at which a step begins, on the server's clock. */
export function borderOf(step: number): number {
  return step * STEP_MS;
}
