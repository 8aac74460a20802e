import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PDFDocument, type PDFFont, type PDFPage, rgb, StandardFonts } from '@cantoo/pdf-lib';
import fontkit from '@cantoo/fontkit';
import type { Sheet } from '../use-cases/print-code.js';
import { codeModules } from './code-image.js';
import { linesOf } from './lines.js';

/** Points: A4, and where things stand on it. */
const PAGE = { width: 595.28, height: 841.89, margin: 56 };
const CODE = { edge: 340, bottom: 270 };
const QUIET_MODULES = 4;
const BLACK = rgb(0, 0, 0);
const GREY = rgb(0.35, 0.35, 0.35);

/** For names with letters that the standard fonts of PDF do not know, such as č or Ж. */
const wideFontFile = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf');

/** One page to hang up: the coupon's name, its code, what to do. */
export async function codeSheet(sheet: Sheet): Promise<Buffer> {
  const document = await PDFDocument.create();
  document.setTitle(sheet.couponName || 'Coupon');
  document.setProducer('Octopus Coupons');
  const plain = await document.embedFont(StandardFonts.Helvetica);
  const page = document.addPage([PAGE.width, PAGE.height]);
  drawName(page, await fontFor(document, sheet.couponName), sheet.couponName);
  drawCode(page, sheet);
  centred(page, 'Open the camera in the app and scan this code.', { font: plain, size: 18, bottom: 215 });
  centred(page, 'The scan redeems the coupon at once.', { font: plain, size: 14, bottom: 188 });
  const print = `Print ${sheet.generation}. A renewed code replaces it.`;
  centred(page, print, { font: plain, size: 9, bottom: PAGE.margin, color: GREY });
  return Buffer.from(await document.save());
}

/** Embedding takes tens of milliseconds of the one thread that redemptions run on, so only where it is needed. */
async function fontFor(document: PDFDocument, name: string): Promise<PDFFont> {
  const standard = await document.embedFont(StandardFonts.HelveticaBold);
  if (writable(name, standard) === name) return standard;
  document.registerFontkit(fontkit);
  return document.embedFont(await readFile(wideFontFile), { subset: true });
}

/** Without the characters that the font does not have, such as emoji. */
function writable(text: string, font: PDFFont): string {
  const known = new Set(font.getCharacterSet());
  return [...text].filter((character) => known.has(character.codePointAt(0) ?? 0)).join('');
}

/** In three lines at most, as large as they allow. */
function drawName(page: PDFPage, font: PDFFont, name: string): void {
  const text = writable(name, font);
  const width = PAGE.width - 2 * PAGE.margin;
  const { lines, size } = linesOf(text, { width, sizes: [40, 34, 28, 24, 20], most: 3 }, (line, at) =>
    font.widthOfTextAtSize(line, at),
  );
  const top = PAGE.height - PAGE.margin - size;
  lines.forEach((line, index) => centred(page, line, { font, size, bottom: top - index * size * 1.25 }));
}

/** As squares of the page itself: sharp at any size, and no image to decode. */
function drawCode(page: PDFPage, sheet: Sheet): void {
  const { size, isDark } = codeModules(sheet);
  const module = CODE.edge / (size + 2 * QUIET_MODULES);
  const [left, top] = [(PAGE.width - CODE.edge) / 2 + QUIET_MODULES * module, CODE.bottom + CODE.edge];
  // One path, drawn downwards from its upper left corner.
  let path = '';
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1)
      if (isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
  }
  page.drawSvgPath(path, { x: left, y: top - QUIET_MODULES * module, scale: module, color: BLACK });
}

function centred(
  page: PDFPage,
  text: string,
  {
    font,
    size,
    bottom,
    color = BLACK,
  }: { font: PDFFont; size: number; bottom: number; color?: typeof BLACK },
): void {
  const x = (PAGE.width - font.widthOfTextAtSize(text, size)) / 2;
  page.drawText(text, { x, y: bottom, size, font, color });
}
