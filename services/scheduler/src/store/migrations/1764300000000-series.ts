import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Kinds are data of the code, cohorts have instants of their own, and whoever announces an instant plans the next one of
 * its series: so the coupon is kept as far as it decides.
 */
export class Series1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of undo) await runner.query(statement);
  }
}

const statements = [
  // null = finished, or taken over by an earlier release: nothing follows until a newer version comes.
  'ALTER TABLE coupon_schedule ADD COLUMN coupon jsonb',

  `CREATE TABLE cohort (
    tenant_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    data jsonb NOT NULL,
    PRIMARY KEY (tenant_id, coupon_id, name)
  )`,
  ...tenantTable('cohort'),

  `ALTER TABLE announced ADD COLUMN cohort text NOT NULL DEFAULT ''`,
  'ALTER TABLE announced DROP CONSTRAINT announced_pkey, ADD PRIMARY KEY (tenant_id, coupon_id, cohort, kind)',

  // What has been told of kinds that this release no longer has, or another had, is of no account.
  'ALTER TABLE due DROP CONSTRAINT due_kind_check',
  `ALTER TABLE due ADD COLUMN cohort text NOT NULL DEFAULT '',
                   ADD COLUMN rank smallint NOT NULL DEFAULT 0,
                   ADD COLUMN lapses_at timestamptz(3),
                   ADD COLUMN data jsonb NOT NULL DEFAULT '{}',
                   ADD COLUMN set_at timestamptz(3) NOT NULL DEFAULT octopus_now()`,
  'ALTER TABLE due DROP CONSTRAINT due_pkey, ADD PRIMARY KEY (tenant_id, coupon_id, cohort, kind)',
  `UPDATE due SET rank = 9 WHERE kind = 'end'`,
  // Room for a claim beside the row that it changes: no index need hear of it.
  'ALTER TABLE due SET (fillfactor = 80)',
  'ALTER TABLE due ALTER COLUMN rank DROP DEFAULT, ALTER COLUMN data DROP DEFAULT',

  // A batch is of many tenants. Row-level security holds: each tenant is named in its turn, as a transaction of its own would.
  `CREATE FUNCTION read_cohorts(tenants uuid[], coupons uuid[], cohorts text[])
     RETURNS TABLE (tenant_id uuid, coupon_id uuid, name text, coupon jsonb, data jsonb, announced jsonb)
     LANGUAGE plpgsql VOLATILE AS $$
     DECLARE
       tenant uuid;
     BEGIN
       FOR tenant IN SELECT DISTINCT unnest(tenants) ORDER BY 1 LOOP
         PERFORM set_config('octopus.tenant_id', tenant::text, true);
         -- A statement of its own, so that what is read next is read under the locks.
         PERFORM FROM coupon_schedule s
           WHERE s.tenant_id = tenant
             AND s.coupon_id IN (SELECT a.coupon_id FROM unnest(tenants, coupons) AS a (tenant_id, coupon_id) WHERE a.tenant_id = tenant)
           ORDER BY s.coupon_id FOR UPDATE;
         RETURN QUERY
           SELECT tenant, asked.coupon_id, asked.name, s.coupon, c.data,
                  (SELECT jsonb_object_agg(a.kind, extract(epoch FROM a.due_at) * 1000) FROM announced a
                    WHERE a.tenant_id = tenant AND a.coupon_id = asked.coupon_id AND a.cohort = asked.name)
             FROM (SELECT DISTINCT a.coupon_id, a.name FROM unnest(tenants, coupons, cohorts) AS a (tenant_id, coupon_id, name)
                    WHERE a.tenant_id = tenant) AS asked
             LEFT JOIN coupon_schedule s ON s.tenant_id = tenant AND s.coupon_id = asked.coupon_id
             LEFT JOIN cohort c ON c.tenant_id = tenant AND c.coupon_id = asked.coupon_id AND c.name = asked.name;
       END LOOP;
       PERFORM set_config('octopus.tenant_id', '', true);
     END $$`,

  `CREATE FUNCTION note_announced(tenants uuid[], coupons uuid[], cohorts text[], kinds text[], instants timestamptz[])
     RETURNS void LANGUAGE plpgsql VOLATILE AS $$
     DECLARE
       tenant uuid;
     BEGIN
       FOR tenant IN SELECT DISTINCT unnest(tenants) ORDER BY 1 LOOP
         PERFORM set_config('octopus.tenant_id', tenant::text, true);
         INSERT INTO announced AS a (tenant_id, coupon_id, cohort, kind, due_at)
           SELECT tenant, n.coupon_id, n.cohort, n.kind, n.due_at
             FROM unnest(tenants, coupons, cohorts, kinds, instants) AS n (tenant_id, coupon_id, cohort, kind, due_at)
            WHERE n.tenant_id = tenant
           ON CONFLICT (tenant_id, coupon_id, cohort, kind) DO UPDATE SET due_at = excluded.due_at;
       END LOOP;
       PERFORM set_config('octopus.tenant_id', '', true);
     END $$`,
];

const undo = [
  'DROP FUNCTION read_cohorts(uuid[], uuid[], text[])',
  'DROP FUNCTION note_announced(uuid[], uuid[], text[], text[], timestamptz[])',
  `DELETE FROM due WHERE cohort <> '' OR kind NOT IN ('start', 'end')`,
  'ALTER TABLE due DROP CONSTRAINT due_pkey, ADD PRIMARY KEY (tenant_id, coupon_id, kind)',
  'ALTER TABLE due DROP COLUMN cohort, DROP COLUMN rank, DROP COLUMN lapses_at, DROP COLUMN data, DROP COLUMN set_at',
  `ALTER TABLE due RESET (fillfactor), ADD CONSTRAINT due_kind_check CHECK (kind IN ('start', 'end'))`,
  // The owner, too, is under row-level security; the last of every kind is known again when a coupon changes.
  'TRUNCATE announced',
  'ALTER TABLE announced DROP CONSTRAINT announced_pkey, DROP COLUMN cohort, ADD PRIMARY KEY (tenant_id, coupon_id, kind)',
  'DROP TABLE cohort',
  'ALTER TABLE coupon_schedule DROP COLUMN coupon',
];
