export interface LineLimits {
  readonly width: number;
  /** From the largest to the smallest. */
  readonly sizes: readonly number[];
  /** Lines at most. */
  readonly most: number;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Breaks a text between words into lines that fit, at the largest size that needs no more lines than allowed. A word too
 * long for a line is broken anywhere; what does not fit at the smallest size ends in an ellipsis.
 */
export function linesOf(
  text: string,
  { width, sizes, most }: LineLimits,
  widthOf: (line: string, size: number) => number,
): { lines: string[]; size: number } {
  const words = text.split(/\s+/).filter((word) => word !== '');
  for (const size of sizes) {
    const lines = broken(words, (line) => widthOf(line, size) <= width);
    const isWhole = words.every((word) => widthOf(word, size) <= width);
    if (lines.length <= most && isWhole) return { lines, size };
  }
  const size = sizes.at(-1) ?? 0;
  const fits = (line: string): boolean => widthOf(line, size) <= width;
  const lines = broken(
    words.flatMap((word) => pieces(word, fits)),
    fits,
  );
  if (lines.length <= most) return { lines, size };
  let last = lines[most - 1] ?? '';
  while (last !== '' && !fits(`${last}…`)) last = charactersOf(last).slice(0, -1).join('');
  return { lines: [...lines.slice(0, most - 1), `${last}…`], size };
}

function broken(words: readonly string[], fits: (line: string) => boolean): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ''} ${word}`.trim();
    if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function pieces(word: string, fits: (line: string) => boolean): string[] {
  const parts: string[] = [];
  let part = '';
  for (const character of charactersOf(word)) {
    if (part !== '' && !fits(part + character)) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part];
}

/** As people see them: an accent stays with its letter, a family is one emoji. */
function charactersOf(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}
