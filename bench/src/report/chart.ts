import type { FigureResult } from './figures.js';
import { shown } from './table.js';

const [WIDTH, LINE, LEFT, RIGHT] = [960, 30, 400, 110];

/** Each figure with a goal as a bar: its ratio of the aim, with marks for the floor and the spread of the laps. */
export function chartOf(figures: readonly FigureResult[], about: { commit: string; date: string }): string {
  const bars = figures.filter(({ goal, ratio }) => goal !== null && ratio !== null);
  const height = 70 + bars.length * LINE;
  const title = `Redemption: how near each figure is to its aim (commit ${about.commit}, ${about.date.slice(0, 10)})`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13">
<title>${title}</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="16" y="26" font-size="15" font-weight="600">${title}</text>
<line x1="${x(1)}" y1="40" x2="${x(1)}" y2="${height - 20}" stroke="#1b1b1b" stroke-dasharray="3 3"/>
<text x="${x(1)}" y="${height - 6}" text-anchor="middle">aim</text>
${bars.map((figure, index) => bar(figure, 44 + index * LINE)).join('\n')}
</svg>
`;
}

function bar(figure: FigureResult, y: number): string {
  const { what, ratio, goal, spread, held } = figure;
  const floor = goal === null ? 0 : share(figure, goal.floor);
  const value = share(figure, ratio ?? 0);
  const [from, to] = (spread ?? [0, 0]).map((one) => share(figure, one)).sort((a, b) => a - b) as [
    number,
    number,
  ];
  const fill = held === true ? '#2f7d62' : '#b3442e';
  const middle = y + LINE / 2;
  return `<text x="${LEFT - 10}" y="${middle + 4}" text-anchor="end">${escaped(what)}</text>
<rect x="${LEFT}" y="${y + 5}" width="${x(value) - LEFT}" height="${LINE - 12}" fill="${fill}"/>
<line x1="${x(from)}" y1="${middle - 1}" x2="${x(to)}" y2="${middle - 1}" stroke="#1b1b1b" stroke-width="2"/>
<line x1="${x(floor)}" y1="${y + 2}" x2="${x(floor)}" y2="${y + LINE - 4}" stroke="#c28a00" stroke-width="3"/>
<text x="${WIDTH - 8}" y="${middle + 4}" text-anchor="end">${shown(ratio ?? 0)} (aim ${shown(goal?.aim ?? 0)})</text>`;
}

/** 1 = the aim is reached; where less is better, the other way round. */
function share({ goal, unit }: FigureResult, ratio: number): number {
  if (goal === null) return 0;
  const isLess = unit.startsWith('ms');
  return Math.max(0, Math.min(1.6, isLess ? goal.aim / Math.max(ratio, goal.aim / 1.6) : ratio / goal.aim));
}

function x(part: number): number {
  return Math.round(LEFT + (part / 1.6) * (WIDTH - LEFT - RIGHT));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
