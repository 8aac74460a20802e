import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fontkit, { type Font } from '@cantoo/fontkit';
import { z } from 'zod';

interface Family {
  readonly folder: string;
  readonly name: string;
  /** Of the file names; `wght` = with all weights in one. */
  readonly kind: '400' | 'wght';
  /** Where the weight that a file shows by itself is not the regular one. */
  readonly isThin?: boolean;
}

/**
 * Whom a character is asked of, in this order. Between them they have Latin, Greek, Cyrillic, Devanagari, emoji (in one
 * colour), symbols, Hebrew, Arabic, kana, Hangul and the Chinese characters, these in the forms of simplified Chinese also
 * where a Japanese or Korean name has them: a font per language would weigh as much as all the others together.
 */
const families: readonly Family[] = [
  { folder: '@fontsource-variable', name: 'noto-sans', kind: 'wght' },
  { folder: '@fontsource-variable', name: 'noto-emoji', kind: 'wght' },
  { folder: '@fontsource', name: 'noto-sans-hebrew', kind: '400' },
  { folder: '@fontsource-variable', name: 'noto-sans-arabic', kind: 'wght' },
  { folder: '@fontsource-variable', name: 'noto-sans-sc', kind: 'wght', isThin: true },
  { folder: '@fontsource-variable', name: 'noto-sans-kr', kind: 'wght', isThin: true },
];

const REGULAR = 400;
/** Files that are kept open. A name takes one to a dozen; opening one takes some milliseconds. */
const MOST_OPEN = 32;

/** A family comes in files by ranges of characters, as web pages load them: a sheet opens only what its name needs. */
interface FontFile {
  readonly path: string;
  readonly isThin: boolean;
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

const open = new Map<string, Font>();
let known: readonly FontFile[] | undefined;

/** A font that has all of these characters; undefined = there is none. */
export function fontWith(codePoints: readonly number[]): Font | undefined {
  const [first] = codePoints;
  if (first === undefined) return undefined;
  known ??= families.flatMap(filesOf);
  for (const file of known) {
    if (!file.ranges.some(([from, to]) => from <= first && first <= to)) continue;
    // The ranges are what a file is for; not each of their characters is drawn in it.
    const font = opened(file);
    if (codePoints.every((one) => font.hasGlyphForCodePoint(one))) return font;
  }
  return undefined;
}

function opened(file: FontFile): Font {
  const font = open.get(file.path) ?? regular(file);
  open.delete(file.path);
  open.set(file.path, font);
  const [oldest] = open.keys();
  if (open.size > MOST_OPEN && oldest !== undefined) open.delete(oldest);
  return font;
}

function regular({ path, isThin }: FontFile): Font {
  const font = fontkit.create(readFileSync(path));
  if (!('getVariation' in font)) throw new Error(`${path} is a collection of fonts, not one`);
  // Not asked of all: the library cannot weigh glyphs that are made of others, which these two families do not have.
  return isThin ? font.getVariation({ wght: REGULAR }) : font;
}

function filesOf({ folder, name, kind, isThin = false }: Family): FontFile[] {
  const { resolve } = createRequire(import.meta.url);
  const index = resolve(`${folder}/${name}/unicode.json`);
  const ranges = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(index, 'utf8')));
  return Object.entries(ranges).map(([subset, text]) => ({
    path: resolve(`${folder}/${name}/files/${name}-${subset.replace(/[[\]]/g, '')}-${kind}-normal.woff2`),
    isThin,
    ranges: text.split(',').map(rangeOf),
  }));
}

/** `U+600-6FF` or `U+20AC`. */
function rangeOf(text: string): [number, number] {
  const [first = '', last = first] = text.trim().slice(2).split('-');
  return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
}
