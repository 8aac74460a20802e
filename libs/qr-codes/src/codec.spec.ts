import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromBase45, toBase45 } from './base45.js';
import { base64url, bytesOfBase64url } from './bytes.js';
import type { Code } from './code.js';
import {
  readCode,
  rotatingCode,
  rotatingScreenCode,
  sameBytes,
  signatureOf,
  signedCode,
  stepNear,
} from './index.js';
import { decodeTypedCode, encodeTypedCode } from './typed-code.js';

const uuid = fc.uuid();
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Uint8Array.from(array));
const key = bytes(32);
const anyCode: fc.Arbitrary<Code> = fc.oneof(
  fc.record({
    kind: fc.constant('pass' as const),
    couponId: uuid,
    userId: uuid,
    deviceTag: bytes(4).map(base64url),
    step: uint32,
  }),
  fc.record({
    kind: fc.constant('screen' as const),
    couponId: uuid,
    cashierId: uuid,
    storeId: uuid,
    until: uint32,
    step: uint32,
  }),
  fc.record({ kind: fc.constant('printed' as const), couponId: uuid, generation: uint32 }),
);

describe('base45', () => {
  it.each([
    ['AB', 'BB8'],
    ['Hello!!', '%69 VD92EX0'],
    ['base-45', 'UJCLQE7W581'],
    ['ietf!', 'QED8WEX0'],
    ['', ''],
  ])('writes %j as RFC 9285 does', (text, expected) => {
    expect(toBase45(Buffer.from(text))).toBe(expected);
    expect(Buffer.from(fromBase45(expected) ?? []).toString()).toBe(text);
  });

  it.each(['A', 'GGW', ':::', '::', 'Z5', 'a00', 'Ä00', '0000'])('reads no bytes out of %j', (text) => {
    expect(fromBase45(text)).toBeUndefined();
  });
});

describe('a scanned code', () => {
  it('is read as it was written, also in lower case and with space around', async () => {
    await fc.assert(
      fc.asyncProperty(key, anyCode, async (secret, code) => {
        const text = await signedCode(secret, code);
        expect(text).toMatch(/^[0-9A-Z $%*+./:-]+$/);
        for (const input of [text, text.toLowerCase(), `  ${text}\n`]) {
          expect(readCode(input)).toEqual({
            kind: 'scanned',
            code,
            signature: await signatureOf(secret, code),
          });
        }
      }),
    );
  });

  it('with any bit flipped is malformed, or its signature does not fit', async () => {
    await fc.assert(
      fc.asyncProperty(key, anyCode, fc.nat(), async (secret, code, place) => {
        const text = await signedCode(secret, code);
        const body = fromBase45(text.slice(5)) ?? new Uint8Array();
        const at = place % (body.length * 8);
        body[at >> 3] = (body[at >> 3] ?? 0) ^ (1 << (at & 7));
        expect(await isGenuine(secret, text.slice(0, 5) + toBase45(body))).toBe(false);
        expect(await isGenuine(secret, text)).toBe(true);
      }),
    );
  });

  it('is not genuine as another kind, nor under another key', async () => {
    await fc.assert(
      fc.asyncProperty(key, key, anyCode, async (secret, other, code) => {
        fc.pre(!sameBytes(secret, other));
        const text = await signedCode(secret, code);
        expect(await isGenuine(other, text)).toBe(false);
        for (const letter of ['P', 'S', 'D'].filter((one) => one !== text[3]))
          expect(await isGenuine(secret, `OC1${letter}:${text.slice(5)}`)).toBe(false);
      }),
    );
  });

  it('reads any text without throwing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `OC1P:${text}`),
        ),
        (text) => {
          expect(['scanned', 'typed', 'malformed']).toContain(readCode(text).kind);
        },
      ),
    );
  });

  it.each([
    ['', /neither/],
    ['4006381333931', /neither/],
    ['https://example.com/', /neither/],
    ['OC2P:ABC', /version/],
    ['OC1X:ABC', /kind/],
    ['OC1P:', /cut off/],
    ['OC1P:BB8', /cut off/],
    ['OC1P:ÄÖÜ', /character/],
  ])('says what is wrong with %j', (text, reason) => {
    expect(readCode(text)).toEqual({ kind: 'malformed', reason: expect.stringMatching(reason) });
  });
});

describe('a typed code', () => {
  const typedCode = fc.record({
    reference: bytes(5),
    stepByte: fc.integer({ min: 0, max: 255 }),
    signature: bytes(10),
  });

  it('is read as it was written, however it is typed', () => {
    fc.assert(
      fc.property(typedCode, (code) => {
        const text = encodeTypedCode(code);
        expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
        const sloppy = text.replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('-', '  ').toLowerCase();
        for (const input of [text, sloppy, text.replaceAll('-', '')])
          expect(readCode(input)).toEqual({ kind: 'typed', ...code });
      }),
    );
  });

  it('with one wrong character is no code at all', () => {
    fc.assert(
      fc.property(typedCode, fc.nat(27), fc.nat(30), (code, place, shift) => {
        const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
        const plain = encodeTypedCode(code).replaceAll('-', '');
        const wrong = letters.charAt((letters.indexOf(plain.charAt(place)) + 1 + shift) % 32);
        expect(decodeTypedCode(plain.slice(0, place) + wrong + plain.slice(place + 1))).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    [1_000, 1_000],
    [1_000, 1_001],
    [1_000, 873],
    [1_000, 1_127],
    [255, 256],
    [256, 255],
  ])('near step %i means step %i by its last byte', (present, meant) => {
    expect(stepNear(present, meant & 0xff)).toBe(meant);
  });
});

describe('what is handed in', () => {
  const pass = {
    couponId: '01980a5e-7c00-7000-8000-0000000000c1',
    userId: '01980a5e-7c00-7000-8000-0000000000b1',
    deviceTag: 'gKGy_w',
    key: base64url(new Uint8Array(32)),
  };
  it.each([
    ['a key of 31 bytes', { ...pass, key: base64url(new Uint8Array(31)) }],
    ['a key that is no base64url', { ...pass, key: '!'.repeat(43) }],
    ['a device tag of 3 bytes', { ...pass, deviceTag: 'AAAA' }],
    ['an id that is none', { ...pass, couponId: 'x' }],
  ])('is refused if it is %s', async (_, wrong) => {
    await expect(rotatingCode(wrong, 0, 0)).rejects.toThrow(TypeError);
  });

  it('is refused if the time is before 1970 or no number', async () => {
    await expect(rotatingCode(pass, -1, 0)).rejects.toThrow(RangeError);
    await expect(rotatingCode(pass, Number.NaN, 0)).rejects.toThrow(RangeError);
    const screen = { ...pass, cashierId: pass.userId, storeId: pass.userId, validUntil: 'tomorrow' };
    await expect(rotatingScreenCode(screen, 0, 0)).rejects.toThrow(RangeError);
  });

  it('base64url is canonical: two texts are never the same bytes', () => {
    expect(() => bytesOfBase64url('gKGy_x', 4)).toThrow(TypeError);
    expect(() => bytesOfBase64url('gKGy_w==', 4)).toThrow(TypeError);
  });
});

describe('the comparison of signatures', () => {
  it('is that of equality', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(sameBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(sameBytes(a, Uint8Array.from(a))).toBe(true);
      }),
    );
  });
});

async function isGenuine(secret: Uint8Array<ArrayBuffer>, text: string): Promise<boolean> {
  const read = readCode(text);
  return read.kind === 'scanned' && sameBytes(await signatureOf(secret, read.code), read.signature);
}
