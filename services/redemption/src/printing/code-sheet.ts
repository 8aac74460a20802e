import { PDFDocument, type PDFFont, type PDFPage, rgb, StandardFonts } from '@cantoo/pdf-lib';
import type { Sheet } from '../use-cases/print-code.js';
import { codeModules } from './code-image.js';
import { linesOf } from './lines.js';
import { type Outline, outlineOf } from './outline.js';

/** Points: A4, and where things stand on it. */
const PAGE = { width: 595.28, height: 841.89, margin: 56 };
const CODE = { edge: 340, bottom: 270 };
const LINE_HEIGHT = 1.3;
/** Thousandths of the size: letters of regular weight are drawn bold by a pen of this width along their edges. */
const BOLD = 26;
const QUIET_MODULES = 4;
const BLACK = rgb(0, 0, 0);
const GREY = rgb(0.35, 0.35, 0.35);

/** One page to hang up: the coupon's name, its code, what to do. */
export async function codeSheet(sheet: Sheet): Promise<Buffer> {
  const document = await PDFDocument.create();
  document.setTitle(sheet.couponName || 'Coupon');
  document.setProducer('Octopus Coupons');
  const plain = await document.embedFont(StandardFonts.Helvetica);
  const page = document.addPage([PAGE.width, PAGE.height]);
  drawName(page, sheet.couponName);
  drawCode(page, sheet);
  centred(page, 'Open the camera in the app and scan this code.', { font: plain, size: 18, bottom: 215 });
  centred(page, 'The scan redeems the coupon at once.', { font: plain, size: 14, bottom: 188 });
  const print = `Print ${sheet.generation}. A renewed code replaces it.`;
  centred(page, print, { font: plain, size: 9, bottom: PAGE.margin, color: GREY });
  return Buffer.from(await document.save());
}

/** In three lines at most, as large as they allow; as outlines, so that whoever prints needs no font. */
function drawName(page: PDFPage, name: string): void {
  const width = PAGE.width - 2 * PAGE.margin;
  const { lines, size } = linesOf(name, { width, sizes: [40, 34, 28, 24, 20], most: 3 }, (line, at) =>
    widthAt(outlineOf(line), at),
  );
  const top = PAGE.height - PAGE.margin - size;
  lines.forEach((line, index) => {
    const outline = outlineOf(line);
    page.drawSvgPath(outline.path, {
      x: (PAGE.width - widthAt(outline, size)) / 2,
      y: top - index * size * LINE_HEIGHT,
      scale: size / 1_000,
      color: BLACK,
      borderColor: BLACK,
      borderWidth: BOLD,
    });
  });
}

function widthAt({ width }: Outline, size: number): number {
  return (width / 1_000) * size;
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
