import type { Sheet } from '../use-cases/print-code.js';
import { codePng, codeSvg } from './code-image.js';
import { codeSheet } from './code-sheet.js';

/** What is printed, and as which kind of file. */
export interface PrintJob {
  readonly format: 'svg' | 'png' | 'pdf';
  readonly sheet: Sheet;
}

const printers: Record<PrintJob['format'], (sheet: Sheet) => Promise<Buffer>> = {
  svg: codeSvg,
  png: codePng,
  pdf: codeSheet,
};

/** Takes milliseconds to hundreds of them of the thread that it runs on. */
export function printed({ format, sheet }: PrintJob): Promise<Buffer> {
  return printers[format](sheet);
}
