import type { Font, Glyph } from '@cantoo/fontkit';
import bidiFactory from 'bidi-js';
import { fontWith } from './noto-fonts.js';

/** A line of text as shapes: whatever is drawn of it is seen the same everywhere, and no font goes into the file. */
export interface Outline {
  /** SVG path, y downwards, the baseline at 0, in thousandths of the size. */
  readonly path: string;
  /** In thousandths of the size. */
  readonly width: number;
}

/** Neighbours of one direction and one font; null = no font has it. */
interface Run {
  readonly text: string;
  readonly font: Font | null;
  readonly level: number;
}

const UNITS = 1_000;
/** Comes as CommonJS: the function is either the module or in it. */
const bidi = ('default' in bidiFactory ? bidiFactory.default : bidiFactory)();
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Joiners, variation selectors and the like: nothing to draw, so nothing is missing without them. */
const IGNORABLE = /^[\p{Default_Ignorable_Code_Point}\p{Cc}]$/u;
const memory = new Map<string, Outline>();
const MOST_REMEMBERED = 200;

/** The line in its visual order: right to left where its letters ask for it, and shaped as their script has it. */
export function outlineOf(line: string): Outline {
  const known = memory.get(line);
  if (known !== undefined) return known;
  const outline = drawn(visualOrder(runsOf(line)));
  if (memory.size >= MOST_REMEMBERED) memory.clear();
  memory.set(line, outline);
  return outline;
}

function runsOf(line: string): Run[] {
  const { levels } = bidi.getEmbeddingLevels(line, 'auto');
  const mirrored = bidi.getMirroredCharactersMap(line, levels);
  const runs: Run[] = [];
  for (const { segment, index } of graphemes.segment(line)) {
    const level = levels[index] ?? 0;
    for (const { text, font } of withFonts(mirrored.get(index) ?? segment)) {
      const last = runs.at(-1);
      const goesOn = last !== undefined && font !== null && last.font === font && last.level === level;
      if (goesOn) runs[runs.length - 1] = { ...last, text: last.text + text };
      else runs.push({ text, font, level });
    }
  }
  return runs;
}

/** Whole if one font has all of it, else character by character. */
function withFonts(grapheme: string): Pick<Run, 'text' | 'font'>[] {
  const characters = [...grapheme].filter((character) => !IGNORABLE.test(character));
  const codes = characters.map((character) => character.codePointAt(0) ?? 0);
  const font = fontWith(codes);
  if (font !== undefined) return [{ text: grapheme, font }];
  return characters.map((text) => ({ text, font: fontWith([text.codePointAt(0) ?? 0]) ?? null }));
}

/** Rule L2 of the bidirectional algorithm: from the highest level down, whatever stands at it or above is reversed. */
function visualOrder(runs: readonly Run[]): Run[] {
  const ordered = [...runs];
  const highest = Math.max(0, ...runs.map(({ level }) => level));
  for (let level = highest; level > 0; level -= 1) {
    for (let from = 0; from < ordered.length; from += 1) {
      let to = from;
      while ((ordered[to]?.level ?? 0) >= level) to += 1;
      ordered.splice(from, to - from, ...ordered.slice(from, to).reverse());
      from = to;
    }
  }
  return ordered;
}

function drawn(runs: readonly Run[]): Outline {
  const line: { path: string; width: number } = { path: '', width: 0 };
  for (const { text, font, level } of runs) {
    const part =
      font === null
        ? emptyBox(line.width)
        : shaped(text, font, { at: line.width, isReversed: level % 2 === 1 });
    line.path += part.path;
    line.width += part.width;
  }
  return line;
}

/** Stands for a character that no font has, so that nobody takes the name for whole. */
function emptyBox(at: number): Outline {
  return { path: `M${at + 80} 0h520v-700h-520zM${at + 140} -60v-580h400v580z`, width: 680 };
}

/** Of one font and one direction. */
function shaped(text: string, font: Font, { at, isReversed }: { at: number; isReversed: boolean }): Outline {
  const { glyphs, positions } = font.layout(text, null, null, null, isReversed ? 'rtl' : 'ltr');
  const scale = UNITS / font.unitsPerEm;
  let path = '';
  let pen = 0;
  glyphs.forEach((glyph, place) => {
    const { xOffset, yOffset, xAdvance } = positions?.[place] ?? unmoved(glyph);
    path += glyph.path.transform(scale, 0, 0, -scale, at + (pen + xOffset) * scale, -yOffset * scale).toSVG();
    pen += xAdvance;
  });
  return { path, width: pen * scale };
}

function unmoved({ advanceWidth }: Glyph): { xOffset: number; yOffset: number; xAdvance: number } {
  return { xOffset: 0, yOffset: 0, xAdvance: advanceWidth };
}
