import type { Laps } from './figures.js';
import { median } from './figures.js';
import { aligned } from './table.js';

const PROCESSES = ['node', 'front door', 'postgres', 'redis', 'kafka', 'load'];

/** Microseconds of CPU per answer, by scenario and process: medians over the laps. */
export type Ledger = Readonly<Record<string, Readonly<Record<string, number>>>>;

export function ledgerOf(laps: Laps): Ledger {
  return Object.fromEntries(
    [...laps].map(([id, samples]) => {
      const names = PROCESSES.filter((name) => samples.some(({ cpu }) => cpu[name] !== undefined));
      const costs = names.map((name) => [name, median(samples.map(({ cpu }) => cpu[name] ?? 0))] as const);
      return [id, Object.fromEntries(costs.map(([name, us]) => [name, Math.round(us * 10) / 10]))];
    }),
  );
}

/** For the terminal. */
export function ledgerLines(ledger: Ledger): string {
  const rows = Object.entries(ledger).map(([id, costs]) => [
    id,
    ...PROCESSES.map((name) => cell(costs[name])),
  ]);
  return aligned([['µs of CPU per answer', ...PROCESSES], ...rows]);
}

/** For docs/performance.md. */
export function ledgerMarkdown(ledger: Ledger): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = Object.entries(ledger).map(([id, costs]) =>
    line([`\`${id}\``, ...PROCESSES.map((name) => cell(costs[name]))]),
  );
  const rule = line(['---', ...PROCESSES.map(() => '---:')]);
  return [line(['scenario', ...PROCESSES]), rule, ...rows].join('\n');
}

function cell(us: number | undefined): string {
  return us === undefined ? '' : us.toFixed(us < 10 ? 1 : 0);
}
