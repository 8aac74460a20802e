import type { FigureResult } from './figures.js';

const HEADINGS = ['row', 'value', 'baseline', 'ratio', 'spread', 'floor', 'aim', 'held', 'what'];

/** The figures as lines of text. */
export function tableOf(figures: readonly FigureResult[]): string {
  const cells = figures.map((figure) => [
    figure.id,
    `${shown(figure.value)} ${figure.unit}`,
    figure.baseline === null ? '' : shown(figure.baseline),
    figure.ratio === null ? '' : shown(figure.ratio),
    figure.spread === null ? '' : figure.spread.map(shown).join('–'),
    figure.goal === null ? '' : shown(figure.goal.floor),
    figure.goal === null ? '' : shown(figure.goal.aim),
    verdict(figure),
    figure.what,
  ]);
  return aligned([HEADINGS, ...cells]);
}

export function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function shown(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

function verdict({ held, reached }: FigureResult): string {
  if (held === null) return '';
  if (reached === true) return 'aim';
  return held ? 'floor' : 'NO';
}
