import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneRoot } from '#servers';
import { chartOf } from './chart.js';
import type { FigureResult } from './figures.js';
import { type Ledger, ledgerMarkdown } from './ledger.js';

const LEDGER = /(<!-- ledger -->)[\s\S]*?(<!-- end of ledger -->)/;

export interface Results {
  readonly figures: readonly FigureResult[];
  readonly ledger: Ledger;
  readonly machine: string;
}

/** bench/results/latest.json, the chart beside it, and the ledger in docs/performance.md. */
export async function writeResults({ figures, ledger, machine }: Results): Promise<void> {
  const root = cloneRoot();
  const folder = join(root, 'bench/results');
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
  }).trim();
  const date = new Date().toISOString();
  const about = { commit, date, machine };
  await mkdir(folder, { recursive: true });
  const rows = figures.map((figure) => ({ ...figure, ...about }));
  await writeFile(join(folder, 'latest.json'), `${JSON.stringify({ ...about, rows, ledger }, null, 2)}\n`);
  await writeFile(join(folder, 'latest.svg'), chartOf(figures, about));
  const page = join(root, 'docs/performance.md');
  const text = await readFile(page, 'utf8');
  const table = `_Commit ${commit}, ${date.slice(0, 10)}, ${machine}._\n\n${ledgerMarkdown(ledger)}`;
  await writeFile(
    page,
    text.replace(LEDGER, (_all, begin: string, end: string) => `${begin}\n\n${table}\n\n${end}`),
  );
}
