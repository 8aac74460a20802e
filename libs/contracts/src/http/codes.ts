import { z } from 'zod';
import { id, instant, positiveCount } from '../primitives.js';

/** A wallet's request for a pass says nothing beyond the coupon in the path and the device in the token. */
export const passBody = z.strictObject({});

/** What a phone needs to show codes without the network; the format of the codes is docs/qr-codes.md. */
export const passView = z
  .object({
    couponId: id,
    userId: id,
    deviceTag: z.string().describe('Base64url of 4 bytes: which device the codes are of.'),
    key: z.string().describe('Base64url of 32 bytes. Secret: whoever has it can show the code.'),
    stepSeconds: positiveCount,
    validUntil: instant,
    serverTime: instant.describe('The phone keeps the difference to its own clock and corrects by it.'),
  })
  .meta({ id: 'Pass' });
export type PassView = z.infer<typeof passView>;

/** A code as it was scanned or typed. */
const scannedCode = z.string().min(1).max(512);

/** A cashier scans what a user's phone shows. */
export const scanBody = z.strictObject({ code: scannedCode });
export type ScanBody = z.output<typeof scanBody>;

/** A user scans a printed code, or what the Partner app shows. */
export const codeRedemptionBody = z.strictObject({ code: scannedCode });
export type CodeRedemptionBody = z.output<typeof codeRedemptionBody>;

/** `couponId` as read from the code: lets the front door send it where the coupon is decided; the code decides. */
export const couponHint = z.object({ couponId: id.optional() });

export const screenCodeBody = z.strictObject({});

/** What the Partner app needs to show a rotating code for a coupon. */
export const screenCodeView = z
  .object({
    couponId: id,
    storeId: id,
    cashierId: id,
    key: z.string().describe('Base64url of 32 bytes.'),
    stepSeconds: positiveCount,
    validUntil: instant,
    serverTime: instant,
  })
  .meta({ id: 'ScreenCode' });
export type ScreenCodeView = z.infer<typeof screenCodeView>;

/** `renew`: codes printed before stop working. */
export const printedCodeBody = z.strictObject({ renew: z.boolean().default(false) });
export type PrintedCodeBody = z.output<typeof printedCodeBody>;

export const printedCodeView = z
  .object({
    couponId: id,
    code: z.string(),
    generation: positiveCount.describe('Rises when the code is renewed.'),
    createdAt: instant,
  })
  .meta({ id: 'PrintedCode' });
export type PrintedCodeView = z.infer<typeof printedCodeView>;
