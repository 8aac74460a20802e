import { inflateSync } from 'node:zlib';
import { PDFDocument } from '@cantoo/pdf-lib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import jsQR from 'jsqr';
import { signedCode } from '#qr-codes';
import { newId } from '#testkit';
import { codeModules, codePng, codeSvg } from './code-image.js';
import { codeSheet } from './code-sheet.js';
import { linesOf } from './lines.js';

const aCode = (): Promise<string> =>
  signedCode(crypto.getRandomValues(new Uint8Array(32)), {
    kind: 'printed',
    couponId: newId(),
    generation: 7,
  });

describe('the printed code', () => {
  it('as PNG is read back by a decoder', async () => {
    const code = await aCode();
    const { pixels, width } = pixelsOf(await codePng({ code }));
    expect(width).toBe(512);
    expect(decoded(pixels, width)).toBe(code);
  });

  it('as SVG has the same modules', async () => {
    const code = await aCode();
    const svg = (await codeSvg({ code })).toString();
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    const { size, isDark } = codeModules({ code });
    expect(svg).toContain(`viewBox="0 0 ${size + 8} ${size + 8}"`);
    // Drawn as strokes: absolute and relative moves, and horizontal lines.
    const drawn = new Set<string>();
    let [x, y] = [0, 0];
    const strokes = /stroke="#000000" d="([^"]+)"/.exec(svg)?.[1] ?? '';
    for (const [, verb, first = '0', second = '0'] of strokes.matchAll(/([Mmh])(-?[\d.]+) ?(-?[\d.]+)?/g)) {
      if (verb === 'M') [x, y] = [Number(first), Number(second)];
      if (verb === 'm') [x, y] = [x + Number(first), y + Number(second)];
      if (verb !== 'h') continue;
      for (let step = 0; step < Number(first); step += 1) drawn.add(`${Math.floor(y) - 4}/${x + step - 4}`);
      x += Number(first);
    }
    const dark = new Set<string>();
    for (let row = 0; row < size; row += 1)
      for (let column = 0; column < size; column += 1) if (isDark(row, column)) dark.add(`${row}/${column}`);
    expect([...drawn].sort()).toEqual([...dark].sort());
  });

  it.each([
    'Free coffee',
    'Besplatna kava i kolač za sve članove čajanke',
    'Бесплатный кофе 🎁',
    '免费咖啡',
    '',
    `${'x'.repeat(80)}`,
    'عرض خاص',
  ])('as a sheet of A4, whatever the name: %j', async (couponName) => {
    const bytes = await codeSheet({ code: await aCode(), generation: 7, couponName });
    const document = await PDFDocument.load(bytes);
    expect(document.getPageCount()).toBe(1);
    expect(document.getPage(0).getSize()).toEqual({ width: 595.28, height: 841.89 });
    expect(document.getTitle()).toBe(couponName || 'Coupon');
    expect(bytes.length).toBeLessThan(100_000);
  });
});

describe('lines', () => {
  const widthOf = (line: string, size: number): number => [...line].length * size;
  it('take the largest size that fits', () => {
    const limits = { width: 100, sizes: [20, 10, 5], most: 2 };
    expect(linesOf('one two', limits, widthOf)).toEqual({ lines: ['one', 'two'], size: 20 });
    expect(linesOf('one two three four', limits, widthOf)).toEqual({
      lines: ['one two', 'three four'],
      size: 10,
    });
    expect(linesOf('abcdefghijklmnopqrstuvwxyz', limits, widthOf)).toEqual({
      lines: ['abcdefghijklmnopqrst', 'uvwxyz'],
      size: 5,
    });
    expect(linesOf('', limits, widthOf)).toEqual({ lines: [], size: 20 });
  });

  it('never are too wide or too many, and lose nothing unless they say so', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), (text) => {
        const { lines, size } = linesOf(text, { width: 100, sizes: [20, 10, 5], most: 3 }, widthOf);
        expect(lines.length).toBeLessThanOrEqual(3);
        expect(lines.every((line) => widthOf(line, size) <= 100)).toBe(true);
        const whole = text.replaceAll(/\s/g, '');
        const shown = lines.join('').replaceAll(/\s/g, '');
        expect(shown === whole || (shown.endsWith('…') && whole.startsWith(shown.slice(0, -1)))).toBe(true);
      }),
    );
  });
});

/** jsQR comes as CommonJS: its function is either the module or in it. */
function decoded(pixels: Uint8ClampedArray, width: number): string | undefined {
  const decode = 'default' in jsQR ? jsQR.default : jsQR;
  return decode(pixels, width, width)?.data;
}

/** Of a square PNG with eight bits per channel and alpha, as RGBA. */
function pixelsOf(png: Buffer): { pixels: Uint8ClampedArray; width: number } {
  const width = png.readUInt32BE(16);
  expect([png.readUInt32BE(20), png[24], png[25]]).toEqual([width, 8, 6]);
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  return { pixels: unfiltered(inflateSync(Buffer.concat(parts)), width), width };
}

/** The PNG filters of each line, undone. */
function unfiltered(lines: Buffer, width: number): Uint8ClampedArray {
  const stride = width * 4;
  const pixels = new Uint8ClampedArray(width * stride);
  for (let row = 0; row < width; row += 1) {
    const filter = lines[row * (stride + 1)];
    for (let at = 0; at < stride; at += 1) {
      const raw = lines[row * (stride + 1) + 1 + at] ?? 0;
      const left = at < 4 ? 0 : (pixels[row * stride + at - 4] ?? 0);
      const up = row === 0 ? 0 : (pixels[(row - 1) * stride + at] ?? 0);
      const corner = row === 0 || at < 4 ? 0 : (pixels[(row - 1) * stride + at - 4] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      pixels[row * stride + at] = (raw + guess) & 0xff;
    }
  }
  return pixels;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [byLeft, byUp, byCorner] = [left, up, corner].map((value) => Math.abs(estimate - value)) as [
    number,
    number,
    number,
  ];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}
