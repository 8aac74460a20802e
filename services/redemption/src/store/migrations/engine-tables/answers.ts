import { expiringTable, tenantTable } from '#platform';

/**
 * One partition instead of eight: every look-up by a key had to set up all of them. Partitioned it stays, as no policy lies
 * on a partition and expired rows are everybody's (expiring-table.ts).
 */
export const answers = [
  'ALTER TABLE stored_answer RENAME TO stored_answer_in_parts',
  `CREATE TABLE stored_answer (
     tenant_id uuid NOT NULL,
     reservation_id uuid NOT NULL,
     fingerprint uuid NOT NULL,
     body json NOT NULL,
     created_at timestamptz NOT NULL,
     CONSTRAINT stored_answer_key PRIMARY KEY (tenant_id, reservation_id)
   ) PARTITION BY HASH (reservation_id)`,
  'CREATE TABLE stored_answer_all PARTITION OF stored_answer FOR VALUES WITH (MODULUS 1, REMAINDER 0)',
  ...tenantTable('stored_answer'),
  'ALTER TABLE stored_answer_in_parts NO FORCE ROW LEVEL SECURITY',
  'INSERT INTO stored_answer_all SELECT * FROM stored_answer_in_parts',
  'DROP FUNCTION prune_expired_stored_answer(integer)',
  'DROP TABLE stored_answer_in_parts',
  ...expiringTable('stored_answer', { days: 30 }),
];
