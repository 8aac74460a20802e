import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { Arena } from './arena.js';
import { runRow } from './row.js';
import { rows } from './rows/rows.js';

/** Also for a row that has to be run again because its fault did not come about. */
const ROW_LIMIT_MS = 600_000;

/** `npm run test:faults` sets these; a plain test run takes the short rows, with one seed. */
const { FAULT_ROWS, FAULT_SEED = '1', FAULT_SEEDS = '1' } = process.env;
const wanted = FAULT_ROWS === undefined ? undefined : new Set(FAULT_ROWS.split(','));
const chosen = rows.filter(({ id, short }) =>
  wanted === undefined ? short : wanted.has('all') || wanted.has(id),
);
const unknown = [...(wanted ?? [])].filter((id) => id !== 'all' && rows.every((row) => row.id !== id));
if (unknown.length > 0)
  throw new Error(`no row ${unknown.join(', ')}; there are ${rows.map(({ id }) => id).join(', ')}`);
const seeds = Array.from({ length: Number(FAULT_SEEDS) }, (_, nth) => Number(FAULT_SEED) + nth);

describe('redemptions under torment', () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.start();
  }, 180_000);
  afterAll(() => arena?.stop(), 120_000);

  describe.each(seeds)('seed %i', (seed) => {
    it.each(chosen.map((row) => [row.id, row] as const))(
      '%s',
      async (_, row) => {
        await runRow(arena, row, seed);
      },
      ROW_LIMIT_MS,
    );
  });
});
