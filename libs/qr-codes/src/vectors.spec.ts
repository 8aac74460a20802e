import { hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import qrcode from 'qrcode';
import { bytesOfBase64url, readCode, rotatingCode, rotatingScreenCode, signedCode } from './index.js';

interface Vector {
  kind: 'pass' | 'screen' | 'printed';
  couponId: string;
  userId: string;
  deviceTag: string;
  cashierId: string;
  storeId: string;
  validUntil: string;
  generation: number;
  key: string;
  serverTimeMs: number;
  step: number;
  code: string;
  typed: string;
}

/** What other teams read is what is tested. They were computed by another program, in another language. */
const page = readFileSync(join(import.meta.dirname, '../../../docs/qr-codes.md'), 'utf8');
const { secret, tenantId, codes } = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? '') as {
  secret: string;
  tenantId: string;
  codes: Vector[];
};
const of = (kind: Vector['kind']) => codes.filter((vector) => vector.kind === kind);

describe('the vectors of docs/qr-codes.md', () => {
  it('are of every kind', () => {
    expect(['pass', 'screen', 'printed'].map((kind) => of(kind as Vector['kind']).length > 0)).toEqual([
      true,
      true,
      true,
    ]);
  });

  it.each(of('pass'))('a pass at $serverTimeMs', async (vector) => {
    const { serverTimeMs, code, typed, step } = vector;
    for (const offset of [0, 86_400_000, -7_777]) {
      const shown = await rotatingCode(vector, serverTimeMs - offset, offset);
      expect(shown).toEqual({ code, typed, step, changesAt: (step + 1) * 30_000 - offset });
    }
    const { couponId, userId, deviceTag } = vector;
    expect(readCode(code)).toMatchObject({ code: { kind: 'pass', couponId, userId, deviceTag, step } });
    expect(readCode(typed)).toMatchObject({ kind: 'typed', stepByte: step % 256 });
  });

  it.each(of('screen'))('a screen at $serverTimeMs', async (vector) => {
    const { serverTimeMs, code, step } = vector;
    const shown = await rotatingScreenCode(vector, serverTimeMs + 5_000, -5_000);
    expect(shown).toEqual({ code, step, changesAt: (step + 1) * 30_000 + 5_000 });
  });

  it.each(of('printed'))('print number $generation', async ({ couponId, generation, key, code }) => {
    expect(await signedCode(bytesOfBase64url(key, 32), { kind: 'printed', couponId, generation })).toBe(code);
  });

  it.each(codes)('the key of a $kind', (vector) => {
    const { kind, couponId, userId, deviceTag, cashierId, storeId, validUntil, key } = vector;
    const parts = {
      pass: [couponId, userId, deviceTag],
      screen: [couponId, cashierId, storeId, Date.parse(validUntil) / 30_000],
      printed: [couponId],
    }[kind];
    const info = [kind, tenantId, ...parts].join('|');
    const derived = hkdfSync('sha256', secret, 'octopus-coupons/codes/v1', info, 32);
    expect(Buffer.from(derived).toString('base64url')).toBe(key);
  });

  it.each([
    ['pass', 89, 4],
    ['screen', 113, 5],
    ['printed', 59, 3],
  ] as const)(
    'a %s of %i characters fits version %i, alphanumeric, at level M',
    (kind, characters, version) => {
      for (const { code } of of(kind)) {
        const { segments, version: needed } = qrcode.create(code, { errorCorrectionLevel: 'M' });
        // The package's types do not tell a segment's mode.
        const modes = (segments as unknown as { mode: { id: string } }[]).map(({ mode }) => mode.id);
        expect([code.length, needed, modes]).toEqual([characters, version, ['Alphanumeric']]);
      }
    },
  );
});
