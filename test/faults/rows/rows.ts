import { readFileSync } from 'node:fs';
import type { Row } from '../row.js';
import { clockRows } from './clock-rows.js';
import { kafkaRows } from './kafka-rows.js';
import { loadRows } from './load-rows.js';
import { postgresRows } from './postgres-rows.js';
import { processRows } from './process-rows.js';
import { raceRows } from './race-rows.js';
import { redisRows } from './redis-rows.js';

/** What `npm run test:faults -- --help` tells of a row, too; that one runs before anything is built. */
interface Listed {
  id: string;
  about: string;
  /** Part of `npm test`. */
  short?: boolean;
}

const groups = JSON.parse(readFileSync(new URL('rows.json', import.meta.url), 'utf8')) as Record<
  string,
  readonly Listed[]
>;
const listed = new Map(
  Object.values(groups)
    .flat()
    .map((one) => [one.id, one]),
);

/** Every torment there is. */
export const rows: readonly (Row & Listed)[] = [
  ...loadRows,
  ...raceRows,
  ...processRows,
  ...redisRows,
  ...postgresRows,
  ...kafkaRows,
  ...clockRows,
].map((row) => ({ ...inTheList(row), ...row }));

if (rows.length !== listed.size) throw new Error('rows.json lists rows that are not there');

function inTheList({ id }: Row): Listed {
  const found = listed.get(id);
  if (found === undefined) throw new Error(`rows.json says nothing of ${id}`);
  return found;
}
