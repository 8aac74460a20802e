import type { Row } from '../row.js';
import { kafkaRows } from './kafka-rows.js';
import { loadRows } from './load-rows.js';
import { postgresRows } from './postgres-rows.js';
import { processRows } from './process-rows.js';
import { raceRows } from './race-rows.js';
import { redisRows } from './redis-rows.js';

/** Every torment there is. */
export const rows: readonly Row[] = [
  ...loadRows,
  ...raceRows,
  ...processRows,
  ...redisRows,
  ...postgresRows,
  ...kafkaRows,
];
