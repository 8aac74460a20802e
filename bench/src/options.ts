import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Rows to measure; empty = all. */
  readonly ids: readonly string[];
  /** Laps: every scenario is run once in each. */
  readonly runs: number;
  readonly seconds: number;
  /** One short lap to see that everything works; nothing is written. */
  readonly quick: boolean;
}

export const USAGE = `npm run bench [-- id… options]      Measures everything, or the named rows, side by side.

  --runs <n>       laps, each with every scenario once (default 5; at least 3)
  --seconds <n>    of load per scenario and lap (default 4)
  --quick          one lap of a second each, which proves that everything works and that the
                   outcomes are right, and nothing about speed. Writes no results.

Each row sets a figure beside that of another scenario of the same lap. floor is what must be
kept, aim what we want; held says which of the two the median keeps, or NO. Wrong outcomes fail
the bench, slow ones do not. Rates count on a quiet machine only; see docs/performance.md. All rows
take some ten minutes; an unknown id lists those there are.`;

/** @throws with what is wrong and how to say it right */
export function readOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      quick: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((id) => !known.includes(id));
  if (unknown.length > 0)
    throw new Error(`There is no row ${unknown.join(', ')}; say some of: ${known.join(', ')}`);
  const quick = values.quick;
  return {
    ids: positionals,
    runs: quick ? 1 : whole('--runs', values.runs, 3),
    seconds: quick ? 1 : whole('--seconds', values.seconds, 1),
    quick,
  };
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`${name}: a whole number from ${least} on, not ${text}`);
  return value;
}
