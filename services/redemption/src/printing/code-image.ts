import qrcode from 'qrcode';
import type { Sheet } from '../use-cases/print-code.js';

/** Level M survives a crease; four modules around are what the standard asks for. */
const options = { errorCorrectionLevel: 'M', margin: 4 } as const;

/** Pixels of one edge: for screens. Whoever prints takes the SVG or the sheet, which are sharp at any size. */
const PNG_WIDTH = 512;

export async function codeSvg({ code }: Pick<Sheet, 'code'>): Promise<Buffer> {
  return Buffer.from(await qrcode.toString(code, { ...options, type: 'svg' }));
}

export function codePng({ code }: Pick<Sheet, 'code'>): Promise<Buffer> {
  return qrcode.toBuffer(code, { ...options, type: 'png', width: PNG_WIDTH });
}

/** The dark modules, row by row. */
export function codeModules({ code }: Pick<Sheet, 'code'>): {
  size: number;
  isDark: (row: number, column: number) => boolean;
} {
  const { modules } = qrcode.create(code, options);
  return { size: modules.size, isDark: (row, column) => modules.get(row, column) === 1 };
}
